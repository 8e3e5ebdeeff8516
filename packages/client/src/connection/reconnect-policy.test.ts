import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeMeaning, defaultReconnectPolicy, reconnectDelayMs } from './reconnect-policy.js'

describe('the reconnect policy', () => {
  it('doubles up to its limit and spreads clients over half of each step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const step = Math.min(8000, 250 * 2 ** attempt)
          const delay = reconnectDelayMs(defaultReconnectPolicy, attempt, () => random)
          expect(delay).toBeGreaterThanOrEqual(step / 2)
          expect(delay).toBeLessThanOrEqual(step)
        },
      ),
    )
  })

  it('knows the end from a refusal and a refusal from an accident', () => {
    expect(closeMeaning(1000)).toBe('ended')
    for (const code of [1002, 1003, 1007, 1008, 1009, 4400, 4401, 4429, 4499])
      expect(closeMeaning(code)).toBe('refused')
    for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 1015, 4000])
      expect(closeMeaning(code)).toBe('lost')
  })
})
