import { ParleyError } from '@parley/core'
import type { KeyLease } from '@parley/providers'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairQueue } from './fair-queue.js'
import { createKeyPool, type KeyPoolOptions } from './key-pool.js'

const setUp = (options: Partial<KeyPoolOptions> = {}) => {
  const clock = new VirtualClock()
  const pool = createKeyPool({ vendor: 'Vendor', keys: ['a', 'b'], clock, ...options })
  const take = async (owner = 'x', signal = new AbortController().signal) => {
    const lease = await pool.sourceFor(owner).take(signal)
    if (lease === undefined) throw new Error('no lease')
    return lease
  }
  return { clock, pool, take }
}
const fine = { kind: 'fine' } as const

describe('a pool of keys', () => {
  it('lends the idlest, then the one with more left, then the longest unused', async () => {
    const { clock, take } = setUp()
    const [one, other] = [await take(), await take()]
    expect([one.key, other.key]).toEqual(['a', 'b'])
    other.done({ kind: 'fine', rate: { remainingRequests: 5 } })
    one.done({ kind: 'fine', rate: { remainingRequests: 90 } })
    await clock.advance(1)
    const next = await take()
    expect(next.key).toBe('a')
    next.done({ kind: 'fine', rate: { remainingRequests: 5 } })
    await clock.advance(1)
    expect((await take()).key).toBe('b')
  })

  it('leaves a limited key alone as long as the vendor says, and takes the others', async () => {
    const { clock, take } = setUp()
    const limited = await take()
    limited.done({ kind: 'limited', retryAfterMs: 700 })
    for (let use = 0; use < 3; use++) {
      const lease = await take()
      expect(lease.key).toBe('b')
      lease.done(fine)
    }
    await clock.advance(700)
    const held = await take()
    const back = await take()
    expect([held.key, back.key].sort()).toEqual(['a', 'b'])
  })

  it('knows from headers that nothing is left before the vendor refuses', async () => {
    const { take, pool } = setUp({ keys: ['a', 'b'] })
    const lease = await take()
    lease.done({ kind: 'fine', rate: { remainingTokens: 0, resetMs: 900 } })
    expect(pool.report()[0]).toMatchObject({ state: 'limited', restsForMs: 900 })
  })

  it('lets requests wait for a key, and one alone try it before the others', async () => {
    const { clock, take } = setUp({ keys: ['a'] })
    const first = await take()
    first.done({ kind: 'limited', retryAfterMs: 500 })
    const got: KeyLease[] = []
    for (let waiting = 0; waiting < 3; waiting++) void take().then(lease => got.push(lease))
    await clock.advance(499)
    expect(got).toHaveLength(0)
    await clock.advance(1)
    expect(got).toHaveLength(1)
    got[0]?.done(fine)
    await clock.advance(0)
    expect(got).toHaveLength(3)
  })

  it('lets owners take turns, each in order', async () => {
    const { clock, take } = setUp({ keys: ['a'], maxInFlight: 1 })
    const order: string[] = []
    const held = await take()
    const ask = (owner: string, name: string) =>
      void take(owner).then(lease => {
        order.push(name)
        lease.done(fine)
      })
    for (const name of ['a1', 'a2', 'a3']) ask('a', name)
    ask('b', 'b1')
    ask('c', 'c1')
    held.done(fine)
    await clock.advance(1)
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'a3'])
  })

  it('takes who gave up out of the queue, and refuses who waited too long', async () => {
    const { clock, take } = setUp({ keys: ['a'], maxInFlight: 1, maxWaitMs: 1_000 })
    const held = await take()
    const gone = new AbortController()
    const given = expect(take('x', gone.signal)).rejects.toMatchObject({ code: 'timeout' })
    const late = expect(take('y')).rejects.toMatchObject({ code: 'provider_limited', retryable: true })
    gone.abort()
    await given
    await clock.advance(1_000)
    await late
    held.done(fine)
    expect((await take()).key).toBe('a')
    expect(clock.pending).toBe(0)
  })

  it('knows what is left of a key whose use goes on', async () => {
    const { pool, take } = setUp()
    const session = await take()
    session.rate?.({ remainingRequests: 9, remainingTokens: 0, resetMs: 900 })
    expect(pool.report()[0]).toMatchObject({ state: 'limited', restsForMs: 900, inFlight: 1 })
    session.done(fine)
    session.rate?.({ remainingRequests: 0, resetMs: 5_000 })
    expect(pool.report()[0]).toMatchObject({ restsForMs: 900, inFlight: 0 })
  })

  it('ends a trial as soon as its use is accepted, however long it goes on', async () => {
    const { clock, pool, take } = setUp({ keys: ['a'] })
    ;(await take()).done({ kind: 'limited', retryAfterMs: 500 })
    await clock.advance(500)
    const session = await take()
    const next = take()
    session.rate?.({})
    expect((await next).key).toBe('a')
    expect(pool.report()[0]).toMatchObject({ inFlight: 2 })
  })

  it('tries a key again although long uses from before its rest go on', async () => {
    const { clock, take } = setUp({ keys: ['a'] })
    const session = await take()
    ;(await take()).done({ kind: 'limited', retryAfterMs: 500 })
    await clock.advance(500)
    const trial = await take()
    const next = take()
    session.done(fine)
    trial.done(fine)
    expect((await next).key).toBe('a')
  })

  it('says whether there is another key than one that rests', async () => {
    const { clock, pool, take } = setUp({ keys: ['a', 'b'] })
    ;(await take()).done({ kind: 'refused' })
    expect(pool.hasOther).toBe(true)
    ;(await take()).done({ kind: 'limited', retryAfterMs: 500 })
    expect(pool.hasOther).toBe(false)
    await clock.advance(500)
    expect(pool.hasOther).toBe(true)
    expect(setUp({ keys: ['a'] }).pool.hasOther).toBe(false)
  })

  it('refuses at once what no wait can help, with the reason', async () => {
    const spent = setUp({ keys: ['a'] })
    ;(await spent.take()).done({ kind: 'spent' })
    await expect(spent.take()).rejects.toMatchObject({ code: 'provider_quota' })
    const refused = setUp({ keys: ['a'] })
    ;(await refused.take()).done({ kind: 'refused' })
    await expect(refused.take()).rejects.toMatchObject({ code: 'provider_refused' })
    const limited = setUp({ keys: ['a'] })
    ;(await limited.take()).done({ kind: 'limited', retryAfterMs: 60_000 })
    await expect(limited.take()).rejects.toMatchObject({
      code: 'provider_limited',
      details: { retryAfterMs: 60_000 },
    })
  })

  it('keeps the queue bounded at the cost of whoever has most in it', async () => {
    const { clock, take } = setUp({ keys: ['a'], maxInFlight: 1, maxWaiting: 3 })
    await take()
    const outcomes: Record<string, string> = {}
    const ask = (owner: string, name: string) =>
      void take(owner).then(
        () => {
          outcomes[name] = 'lent'
        },
        (error: ParleyError) => {
          outcomes[name] = error.message
        },
      )
    for (const name of ['a1', 'a2', 'a3', 'a4']) ask('a', name)
    ask('b', 'b1')
    await clock.advance(0)
    expect(Object.keys(outcomes).sort()).toEqual(['a3', 'a4'])
    expect(outcomes.a3).toContain('too many')
  })

  it('never puts a key into a report or an error', async () => {
    const { pool, take } = setUp({ keys: ['sk-secret-1'] })
    ;(await take()).done({ kind: 'refused' })
    const error = await take().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ParleyError)
    expect(JSON.stringify([pool.report(), String(error), error])).not.toContain('secret')
  })

  it('lends every waiting request once, whatever becomes of the uses', async () => {
    const outcome = fc.oneof(
      fc.constant(fine),
      fc.constant({ kind: 'unknown' } as const),
      fc.integer({ min: 1, max: 900 }).map(retryAfterMs => ({ kind: 'limited', retryAfterMs }) as const),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 30 }), async outcomes => {
        const { clock, take, pool } = setUp({ keys: ['a', 'b'], maxInFlight: 2, maxWaitMs: 60_000 })
        let lent = 0
        for (const [index, each] of outcomes.entries())
          void take(`owner ${index % 4}`).then(async lease => {
            lent++
            await clock.sleep(50)
            lease.done(each)
          })
        await clock.advance(60_000)
        expect(lent).toBe(outcomes.length)
        expect(pool.report().every(({ inFlight }) => inFlight === 0)).toBe(true)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a fair queue', () => {
  it('refuses the newcomer who has as many as anyone', () => {
    const queue = createFairQueue<string>(2)
    expect([queue.push('a', 'a1'), queue.push('b', 'b1'), queue.push('a', 'a2')]).toEqual([
      ...[undefined, undefined, 'a2'],
    ])
    expect([queue.shift(), queue.shift(), queue.shift(), queue.size]).toEqual(['a1', 'b1', undefined, 0])
  })
})
