import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createResampler } from './resampler.js'

const pairs = [
  [48000, 16000],
  [44100, 16000],
  [24000, 48000],
  [24000, 44100],
  [16000, 16000],
  [8000, 48000],
  [48000, 8000],
] as const

function run(fromRate: number, toRate: number, input: Float32Array, blocks: readonly number[] = [128]) {
  const resampler = createResampler({ fromRate, toRate, maxInputs: 1024 })
  const output: number[] = []
  const block = new Float32Array(8192)
  for (let at = 0, i = 0; at < input.length; i++) {
    const count = Math.min(blocks[i % blocks.length] ?? 128, input.length - at)
    const written = resampler.process(input.subarray(at, at + count), count, block)
    output.push(...block.subarray(0, written))
    at += count
  }
  return Float32Array.from(output)
}

function sine(hz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate))
}

/** RMS in dB against a full-scale sine, the edges of the filter left out. */
function levelDb(samples: Float32Array): number {
  const middle = samples.subarray(Math.floor(samples.length / 4), Math.floor((samples.length * 3) / 4))
  const power = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length
  return 10 * Math.log10(power * 2 + 1e-20)
}

describe('the resampler', () => {
  it.each(pairs)('keeps a 1 kHz tone from %i to %i Hz within 0.05 dB', (from, to) => {
    expect(Math.abs(levelDb(run(from, to, sine(1000, from, 1))))).toBeLessThan(0.05)
  })

  it.each([
    [48000, 16000, 9000],
    [48000, 16000, 12000],
    [48000, 16000, 23000],
    [44100, 16000, 8200],
    [48000, 8000, 4200],
  ])('from %i to %i Hz lets less than -75 dB of %i Hz through', (from, to, hz) => {
    expect(levelDb(run(from, to, sine(hz, from, 1)))).toBeLessThan(-75)
  })

  it('passes speech up to 7 kHz at 16 kHz', () => {
    expect(levelDb(run(48000, 16000, sine(6900, 48000, 1)))).toBeGreaterThan(-0.5)
  })

  it.each(pairs)('yields as much time as it was given from %i to %i Hz', (from, to) => {
    expect(run(from, to, new Float32Array(from)).length).toBe(to)
  })

  it('gives the same samples however the input is cut', () => {
    const input = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i * i * 1e-4))
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.array(fc.integer({ min: 1, max: 1024 }), { minLength: 1, maxLength: 8 }),
        ([from, to], blocks) => {
          expect(run(from, to, input, blocks)).toEqual(run(from, to, input))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('yields exactly what was asked for when given what it asks for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.array(fc.integer({ min: 0, max: 128 }), { maxLength: 30 }),
        ([fromRate, toRate], wishes) => {
          const resampler = createResampler({ fromRate, toRate, maxInputs: 1024 })
          const input = new Float32Array(1024)
          const output = new Float32Array(1024)
          for (const wish of wishes) {
            expect(resampler.process(input, resampler.inputsFor(wish), output, wish)).toBe(wish)
          }
        },
      ),
    )
  })
})
