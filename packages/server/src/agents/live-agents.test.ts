import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import type { AdmittedAgent } from '../gateway/admit-agent.js'
import { createLiveAgents, type WantedAgent } from './live-agents.js'

function rig(limits = { all: 4, ofTenant: 3 }) {
  const clock = new VirtualClock()
  const live = createLiveAgents(clock, limits)
  const made: string[] = []
  const closed: string[] = []
  const wanted = (version: number, over: Partial<WantedAgent> = {}): WantedAgent => {
    const key = `clerk ${version}`
    return {
      ...{ tenant: 'acme', line: 'clerk', key, idleMs: 1_000 },
      async admit() {
        made.push(over.key ?? key)
        return { close: async () => void closed.push(over.key ?? key) } as unknown as AdmittedAgent
      },
      ...over,
    }
  }
  const other = (key: string, tenant = 'acme') => wanted(0, { key, line: key, tenant })
  return { clock, live, made, closed, wanted, other }
}

describe('agents that are put together', () => {
  it('are shared by conversations of one version, and closed a while after the last', async () => {
    const { clock, live, made, closed, wanted } = rig()
    const [one, two] = await Promise.all([live.hold(wanted(1)), live.hold(wanted(1))])
    expect(made).toEqual(['clerk 1'])
    one.release()
    one.release()
    await clock.advance(5_000)
    expect(closed).toEqual([])
    two.release()
    await clock.advance(999)
    const again = await live.hold(wanted(1))
    await clock.advance(5_000)
    expect([made, closed]).toEqual([['clerk 1'], []])
    again.release()
    await clock.advance(1_000)
    expect([closed, live.size]).toEqual([['clerk 1'], 0])
  })

  it('of an old version are closed with its last conversation, while the new one stands', async () => {
    const { live, closed, wanted } = rig()
    const old = await live.hold(wanted(1))
    const rests = await live.hold(wanted(1))
    await live.hold(wanted(2))
    rests.release()
    expect(live.size).toBe(2)
    old.release()
    await live.close()
    expect(closed).toEqual(['clerk 1'])
  })

  it('of an old version that rests are closed at once', async () => {
    const { live, closed, wanted } = rig()
    ;(await live.hold(wanted(1))).release()
    await live.hold(wanted(2))
    await Promise.resolve()
    expect(live.size).toBe(1)
    await live.close()
    expect(closed).toEqual(['clerk 1'])
  })

  it('make room for another where one rests, and refuse it where all talk', async () => {
    const { live, closed, other } = rig()
    const first = await live.hold(other('a'))
    await live.hold(other('b'))
    await live.hold(other('c'))
    await expect(live.hold(other('d'))).rejects.toMatchObject({ code: 'overloaded' })
    await live.hold(other('e', 'else'))
    await expect(live.hold(other('f', 'else'))).rejects.toMatchObject({ code: 'overloaded' })
    first.release()
    await live.hold(other('d'))
    await Promise.resolve()
    expect([closed, live.size]).toEqual([['a'], 4])
  })

  it('are tried again after they could not be put together', async () => {
    const { live, made, wanted } = rig()
    const broken = () => Promise.reject(new ParleyError('bad_config', 'no key'))
    const both = await Promise.allSettled([
      live.hold(wanted(1, { admit: broken })),
      live.hold(wanted(1, { admit: broken })),
    ])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(live.size).toBe(0)
    await live.hold(wanted(1))
    expect(made).toEqual(['clerk 1'])
  })

  it('of two tenants have nothing to do with each other', async () => {
    const { live, made, wanted } = rig()
    await live.hold(wanted(1))
    await live.hold(wanted(1, { tenant: 'other' }))
    expect([made.length, live.size]).toEqual([2, 2])
  })

  it('are not begun once the gateway leaves, and close when their conversations do', async () => {
    const { live, closed, wanted } = rig()
    const held = await live.hold(wanted(1))
    await live.close()
    await expect(live.hold(wanted(1))).rejects.toMatchObject({ code: 'draining' })
    expect(closed).toEqual([])
    held.release()
    await Promise.resolve()
    await Promise.resolve()
    expect(closed).toEqual(['clerk 1'])
  })
})
