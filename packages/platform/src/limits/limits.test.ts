import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { localPrincipal, type Principal } from '../identity/principal.js'
import { addressKey } from './buckets.js'
import { createLimits } from './limits.js'
import { createTally } from './tally.js'

const away = '203.0.113.9'
const ana: Principal = { tenant: 'acme', subject: 'ana', scopes: [], anonymous: false }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the rate of an address', () => {
  it('is refused past its budget with the time to wait, and free again after it', async () => {
    const limits = createLimits({ ratePerAddress: 2, rateWindowMs: 10_000 })
    await limits.request(away)
    vi.advanceTimersByTime(4_000)
    expect(await limits.request(away)).toMatchObject({ ok: true })
    expect(await limits.request(away)).toEqual({ ok: false, limit: 'rate', retryAfterMs: 6_000 })
    expect(await limits.request('203.0.113.10')).toMatchObject({ ok: true })
    vi.advanceTimersByTime(6_000)
    expect(await limits.request(away)).toMatchObject({ ok: true })
  })

  it('is not limited for this machine unless a limit is set', async () => {
    const open = createLimits()
    for (let i = 0; i < 1_000; i++) expect((await open.request('127.0.0.1')).ok).toBe(true)
    const strict = createLimits({ ratePerAddress: 1 })
    await strict.request('127.0.0.1')
    expect((await strict.request('127.0.0.1')).ok).toBe(false)
  })
})

describe('connections of an address', () => {
  it('are refused past the limit and free again once one is released, once', async () => {
    const limits = createLimits({ connectionsPerAddress: 1 })
    const first = await limits.connect(away)
    expect(await limits.connect(away)).toMatchObject({ ok: false, limit: 'connections' })
    if (first.ok) {
      first.release()
      first.release()
    }
    expect((await limits.connect(away)).ok).toBe(true)
    expect((await limits.connect(away)).ok).toBe(false)
  })
})

describe('sessions of a principal', () => {
  it('are counted by tenant and subject', () => {
    const limits = createLimits({ sessionsPerPrincipal: 1 })
    expect(limits.beginSession(ana).ok).toBe(true)
    expect(limits.beginSession(ana)).toMatchObject({ ok: false, limit: 'sessions' })
    expect(limits.beginSession({ ...ana, tenant: 'other' }).ok).toBe(true)
    expect(limits.beginSession(localPrincipal).ok).toBe(true)
  })
})

describe('the key of an address', () => {
  it('is the /64 of an IPv6 address, however it is written', () => {
    expect(addressKey('2001:db8:0:1:aaaa::1')).toBe('2001:db8:0:1::/64')
    expect(addressKey('2001:0db8:0000:0001:ffff:ffff:ffff:ffff')).toBe('2001:db8:0:1::/64')
    expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(addressKey('::ffff:203.0.113.9')).toBe('203.0.113.9')
  })

  it('is the same for any two addresses of one /64', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map(value => value.toString(16))
    const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length })
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), (network, one, other) => {
        expect(addressKey([...network, ...one].join(':'))).toBe(addressKey([...network, ...other].join(':')))
      }),
    )
  })
})

describe('a tally', () => {
  it('counts what is held, keeps nothing of what is not', () => {
    const key = fc.constantFrom('a', 'b')
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean())), steps => {
        const tally = createTally()
        const held: Record<string, (() => void)[]> = { a: [], b: [] }
        for (const [name, take] of steps) {
          const mine = held[name] ?? []
          if (!take) mine.pop()?.()
          else {
            const release = tally.take(name, 3)
            expect(release !== undefined).toBe(mine.length < 3)
            if (release) mine.push(release)
          }
        }
        expect(tally.keys).toBe(Object.values(held).filter(mine => mine.length > 0).length)
      }),
    )
  })
})
