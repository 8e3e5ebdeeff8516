import type { CallDetail, CallEvent } from '@parley/calls'
import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { pino } from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { type CallFeed, createCallFeed } from './call-feed.js'
import { callId, createEventLog, type EventLog } from './event-log.test-kit.js'
import type { FollowOrder } from './follower.js'
import { createOutlet } from './outlet.js'

let clock: VirtualClock
let log: EventLog
let feed: CallFeed

beforeEach(() => {
  clock = new VirtualClock()
  log = createEventLog()
  feed = createCallFeed({
    store: {
      ...{ readEvents: log.readEvents, lastEvent: log.lastEvent },
      readCall: async ({ tenant }) =>
        tenant === 'acme' ? ({ status: log.status } as unknown as CallDetail) : undefined,
    },
    ...{ clock, log: pino({ level: 'silent' }), most: 3 },
  })
})

function follow(order: Partial<FollowOrder> = {}) {
  const seen: CallEvent[] = []
  const ends: (string | undefined)[] = []
  const state = { open: true, wake: () => {} }
  const stop = feed.follow(
    { tenant: 'acme', ...order },
    {
      send(events) {
        seen.push(...events)
        return state.open
      },
      room: () =>
        state.open
          ? Promise.resolve()
          : new Promise(resolve => {
              state.wake = resolve
            }),
      end: error => ends.push(error?.code),
    },
  )
  return {
    ...{ seen, ends, stop },
    seqs: () => seen.map(({ seq }) => seq),
    hold: () => {
      state.open = false
    },
    release: () => {
      state.open = true
      state.wake()
    },
  }
}

it('has many followers share one look, and none while nobody follows', async () => {
  for (let n = 0; n < 3; n++) follow()
  await clock.advance(1_000)
  const before = log.reads
  await clock.advance(1_000)
  expect(log.reads - before).toBe(4)
  feed.close()
  await clock.advance(1_000)
  expect(log.reads - before).toBe(4)
  expect(clock.pending).toBe(0)
})

it('gives each follower its own events in order, once, wherever it begins', async () => {
  for (let n = 0; n < 1_200; n++) log.add('note', {}, n % 3 === 0 ? { tenant: 'rival' } : {})
  const all = follow({ afterSeq: 0 })
  const late = follow({ afterSeq: 1_100 })
  const now = follow()
  for (let n = 0; n < 20; n++) {
    log.add('note')
    await clock.advance(40)
  }
  await clock.advance(300)
  const own = log.events.filter(({ tenant }) => tenant === 'acme').map(({ seq }) => seq)
  expect(all.seqs()).toEqual(own)
  expect(late.seqs()).toEqual(own.filter(seq => seq > 1_100))
  expect(now.seqs()).toEqual(own.filter(seq => seq > 1_200))
})

it('looks at once when something was written here', async () => {
  const one = follow()
  await clock.advance(0)
  log.add('note')
  feed.nudge()
  await clock.advance(0)
  expect(one.seqs()).toEqual([1])
})

it('keeps nothing for one that is slow, who reads later what it missed', async () => {
  const slow = follow()
  const quick = follow()
  await clock.advance(300)
  slow.hold()
  for (let n = 0; n < 700; n++) log.add('note')
  await clock.advance(1_000)
  expect(slow.seen.length).toBeLessThanOrEqual(500)
  expect(quick.seen).toHaveLength(700)
  slow.release()
  await clock.advance(300)
  log.add('note')
  await clock.advance(300)
  expect(slow.seqs()).toEqual(quick.seqs())
})

it('ends behind the last event of a call that is over', async () => {
  log.add('created', { status: 'queued' })
  const one = follow({ call: callId })
  await clock.advance(300)
  log.add('status', { status: 'completed' })
  await clock.advance(300)
  expect([one.seqs(), one.ends]).toEqual([[1, 2], [undefined]])
  log.status = 'completed'
  const again = follow({ call: callId, afterSeq: 2 })
  await clock.advance(0)
  expect([again.seqs(), again.ends]).toEqual([[], [undefined]])
})

it('goes on looking when the store could not be read', async () => {
  const one = follow()
  await clock.advance(300)
  log.add('note')
  log.fault = new ParleyError('store_unavailable')
  await clock.advance(600)
  log.fault = undefined
  await clock.advance(300)
  expect([one.seqs(), one.ends]).toEqual([[1], []])
})

it('refuses those it cannot serve, and tells everybody when it closes', async () => {
  const lost = follow({ tenant: 'rival', call: callId })
  await clock.advance(0)
  expect(lost.ends).toEqual(['not_found'])
  const three = [follow(), follow(), follow()]
  expect(() => follow()).toThrow(expect.objectContaining({ code: 'overloaded' }))
  feed.close()
  expect(three.map(({ ends }) => ends)).toEqual([['draining'], ['draining'], ['draining']])
  expect(() => follow()).toThrow(expect.objectContaining({ code: 'draining' }))
})

it('gives up an outlet that nobody reads, and no other', async () => {
  const sent: (() => void)[] = []
  const stalled: string[] = []
  const outlet = createOutlet({
    ...{ clock, boundBytes: 10, patienceMs: 1_000 },
    write: (_text, done) => sent.push(done),
    stalled: error => stalled.push(error.code),
  })
  expect([outlet.write('12345'), outlet.write('1234567')]).toEqual([true, false])
  await clock.advance(900)
  let room = false
  void outlet.room().then(() => {
    room = true
  })
  sent.shift()?.()
  await clock.advance(900)
  expect([room, stalled]).toEqual([true, []])
  outlet.write('1234567')
  await clock.advance(1_000)
  expect(stalled).toEqual(['overloaded'])
})
