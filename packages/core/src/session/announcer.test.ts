import { describe, expect, it } from 'vitest'
import type { Clock } from '../clock/clock.js'
import type { ReplyId, SessionId, TurnId } from '../ids.js'
import { Announcer } from './announcer.js'
import { Entrance } from './entrance.js'
import type { DurableEvent, SessionEvent } from './events.js'

const still = { now: () => 0, after: () => () => {} }
const entranceOf = (clock: Clock) => new Entrance(clock, { next: prefix => prefix }, undefined)
const row = (text: string): DurableEvent => ({
  kind: 'transcript-final',
  atMs: 0,
  turn: 'trn_1' as TurnId,
  text,
  origin: 'text',
  startMs: 0,
  endMs: 0,
})
const settle = () => new Promise(resolve => setImmediate(resolve))

function setUp(write: () => Promise<void>, connected = true) {
  const sent: SessionEvent[] = []
  const announced: SessionEvent[] = []
  const state = { connected }
  const announcer = new Announcer({
    session: 'ses_1' as SessionId,
    entrance: entranceOf(still),
    journal: { write },
    send: event => state.connected && sent.push(event) > 0,
    announced: event => announced.push(event),
    trouble: () => {},
  })
  return { announcer, sent, announced, state }
}

describe('announcing', () => {
  it('lets transient events pass rows that wait for the store', () => {
    const { announcer, sent } = setUp(() => new Promise(() => {}))
    announcer.announce(row('a'))
    announcer.announce({ kind: 'ducked', atMs: 0, reply: 'rpl_1' as ReplyId, afterOnsetMs: 0 })
    expect(sent.map(({ kind }) => kind)).toEqual(['ducked'])
  })

  it('bounds what waits and counts what it drops', () => {
    const { announcer } = setUp(() => new Promise(() => {}))
    for (let index = 0; index < 1_010; index++) announcer.announce(row(String(index)))
    expect(announcer.dropped).toBe(10)
  })

  it('tells a far end that comes back what it missed, in order and once', async () => {
    const { announcer, sent, announced, state } = setUp(async () => {}, false)
    announcer.announce(row('a'))
    announcer.announce(row('b'))
    expect(announced).toEqual([])
    await settle()
    state.connected = true
    announcer.catchUp()
    announcer.catchUp()
    expect(sent.map(event => 'text' in event && event.text)).toEqual(['a', 'b'])
    // Whoever looks on was told once it was stored, and not again.
    expect(announced).toEqual(sent)
  })

  it('does not wait at the end for a store that never answers', async () => {
    let due: () => void = () => {}
    const announcer = new Announcer({
      session: 'ses_1' as SessionId,
      entrance: entranceOf({
        now: () => 0,
        after: (_, run) => {
          due = run
          return () => {}
        },
      }),
      journal: { write: () => new Promise(() => {}) },
      send: () => true,
      announced: () => {},
      trouble: () => {},
    })
    announcer.announce(row('a'))
    let stored: boolean | undefined
    announcer.close(5_000, allStored => {
      stored = allStored
    })
    due()
    expect(stored).toBe(false)
  })
})
