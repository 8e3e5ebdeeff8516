import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGain } from './gain.js'
import { noise, sine } from './tone.js'

const rate = 16_000
const loud = (length: number) => new Int16Array(length).fill(10_000)

describe('gain', () => {
  it('hands samples through untouched until it is told otherwise', () => {
    const samples = noise({ rate, durationMs: 20 })
    expect(createGain({ rate }).apply(samples)).toBe(samples)
  })

  it('reaches the asked gain after exactly the asked time and stays', () => {
    const gain = createGain({ rate })
    gain.rampTo(-20, 10)
    const out = gain.apply(loud(480))
    expect(out[158]).toBeGreaterThan(1_000)
    expect([...out.subarray(159)].every(sample => sample === 1_000)).toBe(true)
  })

  it('never steps further than the ramp implies, whatever the moments of its changes', () => {
    const change = fc.record({
      db: fc.oneof(fc.double({ min: -60, max: 6, noNaN: true }), fc.constant(Number.NEGATIVE_INFINITY)),
      overMs: fc.integer({ min: 1, max: 200 }),
      frames: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), changes => {
        const gain = createGain({ rate })
        let last = 10_000
        for (const { db, overMs, frames } of changes) {
          const target = 10_000 * 10 ** (db / 20)
          const largestStep = Math.abs(target - last) / (overMs * 16) + 2
          gain.rampTo(db, overMs)
          for (const length of frames) {
            for (const sample of gain.apply(loud(length))) {
              if (Math.abs(sample - last) > largestStep)
                expect.fail(`${last} to ${sample} is over ${largestStep}`)
              last = sample
            }
          }
        }
      }),
    )
  })

  it('gives the same sound however it is cut into frames', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 }), sizes => {
        const total = sizes.reduce((sum, size) => sum + size, 0)
        const samples = noise({ rate, durationMs: total / 16 })
        const whole = createGain({ rate })
        const cut = createGain({ rate })
        whole.rampTo(-12, 50)
        cut.rampTo(-12, 50)
        const pieces: number[] = []
        let at = 0
        for (const size of sizes) {
          pieces.push(...cut.apply(samples.subarray(at, at + size)))
          at += size
        }
        expect(pieces).toEqual([...whole.apply(samples)])
      }),
    )
  })

  it('comes back to the untouched input after a duck', () => {
    const gain = createGain({ rate })
    const samples = noise({ rate, durationMs: 100 })
    gain.rampTo(-18, 30)
    gain.apply(samples)
    gain.rampTo(0, 30)
    gain.apply(samples)
    expect(gain.apply(samples)).toBe(samples)
  })

  it('goes to full silence', () => {
    const gain = createGain({ rate })
    gain.rampTo(Number.NEGATIVE_INFINITY, 5)
    gain.apply(loud(80))
    expect(gain.apply(loud(80)).every(sample => sample === 0)).toBe(true)
  })

  it('saturates instead of wrapping', () => {
    const gain = createGain({ rate })
    const samples = sine({ rate, hz: 440, durationMs: 100, amplitude: 1 })
    gain.rampTo(20, 1)
    const out = gain.apply(samples)
    expect(Math.max(...out)).toBe(32_767)
    expect(Math.min(...out)).toBe(-32_768)
    samples.forEach((sample, i) => {
      if (Math.sign(sample) * (out[i] as number) < 0) expect.fail(`${sample} became ${out[i]}`)
    })
  })

  it('leaves its input unchanged', () => {
    const gain = createGain({ rate })
    const samples = loud(320)
    gain.rampTo(-40, 1)
    gain.apply(samples)
    expect(samples.every(sample => sample === 10_000)).toBe(true)
  })

  it('refuses gains and times that make no sense', () => {
    const gain = createGain({ rate })
    expect(() => gain.rampTo(Number.NaN, 10)).toThrow(RangeError)
    expect(() => gain.rampTo(60, 10)).toThrow(RangeError)
    expect(() => gain.rampTo(0, -1)).toThrow(RangeError)
    expect(() => gain.rampTo(0, Number.POSITIVE_INFINITY)).toThrow(RangeError)
    expect(() => createGain({ rate: 0 })).toThrow(RangeError)
  })
})
