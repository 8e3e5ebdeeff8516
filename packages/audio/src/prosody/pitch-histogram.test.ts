import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPitchHistogram } from './pitch-histogram.js'

describe('a histogram of pitches', () => {
  it('has the quantiles of what was heard, within a tenth of a semitone', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 55, max: 640, noNaN: true }), { minLength: 1 }), pitches => {
        const histogram = createPitchHistogram(Number.POSITIVE_INFINITY)
        for (const hz of pitches) histogram.add(hz, 1)
        const sorted = pitches.toSorted((one, other) => one - other)
        for (const share of [0.05, 0.5, 0.95]) {
          const truth = sorted[Math.ceil(share * sorted.length - 1e-9) - 1] as number
          expect(Math.abs(12 * Math.log2(histogram.quantile(share) / truth))).toBeLessThanOrEqual(0.101)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('forgets slowly, and for ever', () => {
    const histogram = createPitchHistogram(1000)
    for (let i = 0; i < 3000; i++) histogram.add(110, 1)
    for (let i = 0; i < 900; i++) histogram.add(220, 1)
    expect(histogram.quantile(0.5)).toBeCloseTo(110, 0)
    for (let i = 0; i < 300; i++) histogram.add(220, 1)
    expect(histogram.quantile(0.5)).toBeCloseTo(220, 0)
    for (let i = 0; i < 200_000; i++) histogram.add(100, 1)
    expect(histogram.quantile(0.5)).toBeCloseTo(100, 0)
  })

  it('tells 0 before any, and puts what is out of range to its end', () => {
    const histogram = createPitchHistogram(10)
    expect(histogram.quantile(0.5)).toBe(0)
    histogram.add(5, 1)
    expect(histogram.quantile(0.5)).toBeCloseTo(55, 0)
  })
})
