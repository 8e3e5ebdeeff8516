import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadFastFourier } from './fast-fourier.js'
import { createPlainFourier } from './plain-fourier.js'
import type { MakeFourier } from './real-fourier.js'

const fast = await loadFastFourier()
const kinds: readonly (readonly [string, MakeFourier])[] = [
  ['plain', createPlainFourier],
  ['fast', fast],
]

describe.each(kinds)('the %s Fourier transform of real samples', (_, make) => {
  it.each([64, 128, 256, 512, 1024])('gives the power of the definition for %i samples', size => {
    const fourier = make(size)
    const power = new Float32Array(size / 2 + 1)
    void fc.assert(
      fc.property(samplesOf(size), samples => {
        fourier.powerOf(samples, power)
        const truth = naivePower(samples, [0, 1, 2, 7, size / 4, size / 2 - 1, size / 2])
        const scale = samples.reduce((sum, sample) => sum + sample * sample, 1e-6) * size
        for (const [bin, value] of truth)
          expect(Math.abs((power[bin] as number) - value) / scale).toBeLessThan(2e-6)
      }),
      { numRuns: 6 },
    )
  })

  it.each([64, 128, 512, 1024])('gives the correlation of a power spectrum of %i bins', size => {
    const fourier = make(size)
    const correlation = new Float32Array(size / 2 + 1)
    void fc.assert(
      fc.property(samplesOf(size / 2 + 1), samples => {
        const power = samples.map(Math.abs)
        fourier.correlationOf(power, correlation)
        const scale = power.reduce((sum, value) => sum + value, 1e-6)
        for (const lag of [0, 1, 2, 3, 9, size / 4, size / 4 + 1, size / 2 - 1, size / 2]) {
          const truth = naiveCorrelation(power, size, lag)
          expect(Math.abs((correlation[lag] as number) - truth) / scale).toBeLessThan(3e-6)
        }
      }),
      { numRuns: 6 },
    )
  })

  it.each([1, 2, 7, 10])('gives the first %i lags where there is room for no more', lags => {
    const fourier = make(64)
    const power = Float32Array.from({ length: 33 }, (_, i) => 1 / (i + 1))
    const [all, some] = [new Float32Array(33), new Float32Array(lags)]
    fourier.correlationOf(power, all)
    fourier.correlationOf(power, some)
    expect(some).toEqual(all.subarray(0, lags))
  })

  it('keeps transforms of different sizes apart', () => {
    const [small, large] = [make(64), make(256)]
    const samples = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i))
    const [first, between, again] = [new Float32Array(33), new Float32Array(129), new Float32Array(33)]
    small.powerOf(samples, first)
    large.powerOf(samples, between)
    small.powerOf(samples, again)
    expect(again).toEqual(first)
  })

  it.each([0, 1, 32, 96, 1000, 32_768, Number.NaN])('refuses a size of %d', size => {
    expect(() => make(size)).toThrow(RangeError)
  })
})

function samplesOf(length: number): fc.Arbitrary<Float32Array> {
  const sample = fc.float({ min: -1, max: 1, noNaN: true })
  return fc
    .array(sample, { minLength: length, maxLength: length, size: 'max' })
    .map(all => Float32Array.from(all))
}

function naivePower(samples: Float32Array, bins: readonly number[]): [number, number][] {
  return bins.map(bin => {
    let [re, im] = [0, 0]
    samples.forEach((sample, i) => {
      re += sample * Math.cos((2 * Math.PI * bin * i) / samples.length)
      im -= sample * Math.sin((2 * Math.PI * bin * i) / samples.length)
    })
    return [bin, re * re + im * im]
  })
}

function naiveCorrelation(power: Float32Array, size: number, lag: number): number {
  let sum = 0
  for (let bin = 0; bin < size; bin++) {
    sum += (power[Math.min(bin, size - bin)] as number) * Math.cos((2 * Math.PI * bin * lag) / size)
  }
  return sum
}
