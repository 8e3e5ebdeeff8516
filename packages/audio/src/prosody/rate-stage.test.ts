import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateStage } from './rate-stage.js'
import { sineOf } from './voice.test-kit.js'

const pairs = [
  [48_000, 16_000],
  [44_100, 16_000],
  [24_000, 16_000],
  [22_050, 16_000],
  [11_025, 8_000],
  [16_001, 16_000],
] as const

function convert(fromRate: number, toRate: number, samples: Float32Array): Float32Array {
  const into = new Float32Array(samples.length)
  const made = createRateStage({ fromRate, toRate }).run(Float64Array.from(samples), samples.length, into)
  return into.subarray(0, made)
}

describe.each(pairs)('a rate stage from %i to %i Hz', (fromRate, toRate) => {
  it('keeps what is well below half the lower rate, in its time', () => {
    for (const hz of [100, 1000, toRate * 0.3]) {
      const out = convert(fromRate, toRate, sineOf(fromRate, 200, hz, 0.5))
      const worst = out
        .subarray(50)
        .reduce(
          (most, value, i) =>
            Math.max(most, Math.abs(value - 0.5 * Math.sin((2 * Math.PI * hz * (i + 50)) / toRate))),
          0,
        )
      expect(worst).toBeLessThan(0.01)
    }
  })

  it('tells exactly how much it needs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), outputs => {
        const stage = createRateStage({ fromRate, toRate })
        const into = new Float32Array(400)
        const needed = stage.needed(outputs)
        expect(stage.run(new Float64Array(needed - 1), needed - 1, into)).toBeLessThan(outputs)
        expect(stage.needed(outputs)).toBe(needed)
        const rest = stage.run(new Float64Array(1), 1, into)
        expect(rest).toBeGreaterThan(0)
      }),
      { numRuns: 30 },
    )
  })
})

describe('a rate stage', () => {
  it.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [22_050, 16_000],
  ])('lets nothing from above fold down, from %i to %i Hz', (fromRate, toRate) => {
    const out = convert(fromRate, toRate, sineOf(fromRate, 200, toRate * 0.6, 0.5))
    const worst = out.subarray(50).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(20 * Math.log10(worst / 0.5)).toBeLessThan(-45)
  })

  it('hands samples through where there is nothing to convert', () => {
    const stage = createRateStage({ fromRate: 16_000, toRate: 16_000 })
    const into = new Float32Array(4)
    expect(stage.run(Float64Array.of(0.5, 0.25), 2, into)).toBe(2)
    expect([...into]).toEqual([0.5, 0.25, 0, 0])
    expect(stage.needed(7)).toBe(7)
  })
})
