import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { type Breaker, createBreaker } from './breaker.js'

const chance = new ParleyError('provider_failed', 'gone', { retryable: true })
const setUp = () => {
  const clock = new VirtualClock()
  return { clock, breaker: createBreaker({ clock, openMs: 1_000, maxOpenMs: 5_000 }) }
}
const failOnce = (breaker: Breaker, error = chance) => breaker.force().failed(error)

describe('a breaker', () => {
  it('opens after failures in a row, and a success between them counts anew', () => {
    const { breaker } = setUp()
    failOnce(breaker)
    breaker.enter()?.succeeded()
    failOnce(breaker)
    expect(breaker.state).toBe('closed')
    failOnce(breaker)
    expect(breaker.state).toBe('open')
    expect(breaker.enter()).toBeUndefined()
  })

  it('opens at once for a key that is refused, and for half a minute', async () => {
    const { clock, breaker } = setUp()
    const long = createBreaker({ clock })
    failOnce(long, new ParleyError('provider_refused'))
    expect([long.state, long.openForMs]).toEqual(['open', 30_000])
    failOnce(breaker, new ParleyError('provider_refused'))
    expect(breaker.openForMs).toBe(5_000)
  })

  it('stays open as long as the provider asks', () => {
    const { breaker } = setUp()
    failOnce(breaker, new ParleyError('provider_limited', 'slow', { details: { retryAfterMs: 4_000 } }))
    expect(breaker.openForMs).toBe(4_000)
  })

  it('lets one trial through at a time, and grows with each that fails, up to a limit', async () => {
    const { clock, breaker } = setUp()
    failOnce(breaker)
    failOnce(breaker)
    const openings: number[] = []
    for (let round = 0; round < 4; round++) {
      openings.push(breaker.openForMs)
      await clock.advance(breaker.openForMs)
      expect(breaker.state).toBe('half-open')
      const trial = breaker.enter()
      expect(breaker.enter()).toBeUndefined()
      trial?.failed(chance)
    }
    expect(openings).toEqual([1_000, 2_000, 4_000, 5_000])
    await clock.advance(5_000)
    breaker.enter()?.succeeded()
    expect(breaker.state).toBe('closed')
  })

  it('gives a trial that was dropped to the next use', async () => {
    const { clock, breaker } = setUp()
    failOnce(breaker)
    failOnce(breaker)
    await clock.advance(1_000)
    breaker.enter()?.dropped()
    expect(breaker.admits).toBe(true)
  })
})
