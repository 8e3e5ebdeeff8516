import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantile, shareOf } from './statistics.js'

describe('quantiles', () => {
  it('are numbers of the list, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([quantile(hundred, 0.5), quantile(hundred, 0.95), quantile(hundred, 1)]).toEqual([50, 95, 100])
    expect(quantile([7], 0.95)).toBe(7)
    expect(quantile([], 0.5)).toBeNaN()
  })
})

describe('the interval of a share', () => {
  it('is Wilson’s', () => {
    const { share, low, high } = shareOf(10, 20)
    expect(share).toBe(0.5)
    expect(low).toBeCloseTo(0.2993, 3)
    expect(high).toBeCloseTo(0.7007, 3)
  })

  it('is not empty where none or all were hit', () => {
    expect(shareOf(0, 10).high).toBeCloseTo(0.2775, 3)
    expect(shareOf(10, 10).low).toBeCloseTo(0.7225, 3)
  })

  it('holds the share, and stays between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (a, b) => {
        const [hits, of] = a < b ? [a, b] : [b, a]
        const { share, low, high } = shareOf(hits, of)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        if (of > 0) expect(share >= low - 1e-9 && share <= high + 1e-9).toBe(true)
      }),
    )
  })
})
