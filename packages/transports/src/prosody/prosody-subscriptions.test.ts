import type { SessionEvent } from '@parley/core'
import type { SideMessage } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import type { ProsodyFeed, ProsodyFollower, ProsodyWish } from './prosody-feed.js'
import { openProsodyStage, someFrame } from './prosody-socket.test-kit.js'

interface Following {
  readonly wish: ProsodyWish
  readonly follower: ProsodyFollower
  stopped: boolean
}

/** Knows the sessions `ses_1` … `ses_9` of the tenant `acme`. */
function scriptedFeed(early?: (follower: ProsodyFollower) => void): ProsodyFeed & { all: Following[] } {
  const all: Following[] = []
  return {
    all,
    follow(wish, follower) {
      if (wish.tenant !== 'acme' || !/^ses_\d$/.test(wish.session)) return undefined
      const following = { wish, follower, stopped: false }
      all.push(following)
      early?.(follower)
      return () => {
        following.stopped = true
      }
    },
  }
}

const subscribe = { type: 'subscribe', session: 'ses_1' }
const agentFrames: SideMessage = {
  type: 'prosody',
  side: 'agent',
  reply: 'rpl_1',
  heardAtMs: 40,
  frames: [someFrame, someFrame],
}
const event = (fields: object) => ({ atMs: 5, ...fields }) as SessionEvent

describe('a subscription', () => {
  it('tells both sides of a live session, each with its id', () => {
    const feed = scriptedFeed()
    const { socket, counts } = openProsodyStage({ feed })
    socket.take()
    socket.say({ ...subscribe, sides: ['agent'], hopMs: 20, visemes: false })
    expect(feed.all[0]?.wish).toEqual({
      ...{ session: 'ses_1', tenant: 'acme', sides: ['agent'], hopMs: 20, visemes: false },
    })
    const { follower } = feed.all[0] as Following
    follower.told(agentFrames)
    const cues = [{ viseme: 'PP', startMs: 0, endMs: 60 } as const]
    follower.told({ type: 'visemes', reply: 'rpl_1', heardAtMs: 40, source: 'voice', cues })
    follower.told({ type: 'cleared', reply: 'rpl_1', heardMs: 30 })
    const told = socket.take()
    expect(told.map(({ type }) => type)).toEqual(['subscribed', 'prosody', 'visemes', 'cleared'])
    for (const message of told) expect(message).toHaveProperty('session', 'ses_1')
    expect(told[1]).toMatchObject({ side: 'agent', heardAtMs: 40, frames: [{ pitchHz: 220 }, {}] })
    expect(counts.sent).toBe(2)
  })

  it('tells times with no more digits than mean something', () => {
    const feed = scriptedFeed()
    const { socket } = openProsodyStage({ feed })
    socket.say(subscribe)
    socket.take()
    const at = { atMs: 349.22053399999277, heard: { ms: 107.52832449998823 } }
    feed.all[0]?.follower.event?.(event({ kind: 'reply-ended', reply: 'rpl_1', turn: 'trn_1', ...at }))
    expect(socket.take()).toMatchObject([{ type: 'reply', atMs: 349.22, heardMs: 107.53 }])
  })

  it('tells who has the floor, and no words', () => {
    const feed = scriptedFeed()
    const { socket } = openProsodyStage({ feed })
    socket.say(subscribe)
    socket.take()
    const { follower } = feed.all[0] as Following
    const heard = { reply: 'rpl_1', ms: 300, text: 'secret words', complete: false }
    const events = [
      { kind: 'floor-changed', floor: 'agent' },
      { kind: 'speech-started', turn: 'trn_1', mediaMs: 20 },
      { kind: 'transcript-final', turn: 'trn_1', text: 'secret words' },
      { kind: 'turn-committed', turn: 'trn_1' },
      { kind: 'reply-started', turn: 'trn_1', reply: 'rpl_1' },
      { kind: 'judged', reply: 'rpl_1', ruling: 'claim', afterOnsetMs: 200, reasons: [] },
      { kind: 'reply-sent', reply: 'rpl_1', totalMs: 900 },
      { kind: 'reply-ended', turn: 'trn_1', reply: 'rpl_1', said: 'secret words', heard, interrupted: true },
    ]
    for (const each of events) follower.event?.(event(each))
    expect(socket.sent.join()).not.toContain('secret')
    expect(socket.take()).toMatchObject([
      { type: 'floor', session: 'ses_1', atMs: 5, floor: 'agent' },
      { type: 'speech', speaking: true, mediaMs: 20 },
      { type: 'turn', state: 'committed' },
      { type: 'reply', state: 'started' },
      { type: 'overlap', state: 'claim' },
      { type: 'reply', state: 'sent', totalMs: 900 },
      { type: 'interruption', heardMs: 300 },
      { type: 'reply', state: 'ended', heardMs: 300 },
    ])
  })

  it('is confirmed before anything of it is told', () => {
    const feed = scriptedFeed(follower => {
      follower.told(agentFrames)
      follower.ended()
    })
    const { socket, clock } = openProsodyStage({ feed })
    socket.take()
    socket.say(subscribe)
    expect(socket.types()).toBe('subscribed prosody session-ended')
    // It counts no more: the socket may get idle.
    clock.advance(24_000)
    socket.gone(1000)
    expect(feed.all[0]?.stopped).toBe(false)
  })

  it('is refused for sessions of others, unknown ones and those of another tenant', () => {
    const feed = scriptedFeed()
    const strict = openProsodyStage({ feed, mayFollow: session => session === 'ses_1' })
    strict.socket.take()
    strict.socket.say({ ...subscribe, session: 'ses_2' })
    strict.socket.say({ ...subscribe, session: 'unknown' })
    expect(strict.socket.take()).toMatchObject([{ code: 'forbidden' }, { code: 'forbidden' }])
    strict.socket.say(subscribe)
    expect(strict.socket.types()).toBe('subscribed')

    for (const more of [{ feed, tenant: 'other' }, {}]) {
      const { socket } = openProsodyStage(more)
      socket.take()
      socket.say(subscribe)
      expect(socket.take()).toMatchObject([{ type: 'error', code: 'not_found' }])
    }
  })

  it('takes the place of an earlier one to the same session', () => {
    const feed = scriptedFeed()
    const { socket } = openProsodyStage({ feed })
    socket.say(subscribe)
    socket.say({ ...subscribe, hopMs: 64 })
    socket.take()
    expect(feed.all.map(({ stopped }) => stopped)).toEqual([true, false])
    feed.all[0]?.follower.told(agentFrames)
    expect(socket.types()).toBe('')
  })

  it('ends by a word, with its session and with its socket', () => {
    const feed = scriptedFeed()
    const { socket } = openProsodyStage({ feed })
    for (const session of ['ses_1', 'ses_2', 'ses_3']) socket.say({ type: 'subscribe', session })
    socket.take()
    socket.say({ type: 'unsubscribe', session: 'ses_1' })
    socket.say({ type: 'unsubscribe', session: 'never' })
    feed.all[1]?.follower.ended()
    expect(socket.types()).toBe('unsubscribed unsubscribed session-ended')
    socket.gone(1000)
    expect(feed.all.map(({ stopped }) => stopped)).toEqual([true, false, true])
  })

  it('is one of a few, and keeps a silent socket open', () => {
    const feed = scriptedFeed()
    const { socket, clock } = openProsodyStage({ feed, limits: { subscriptions: 2, heartbeatMs: 1e9 } })
    for (const session of ['ses_1', 'ses_2', 'ses_3']) socket.say({ type: 'subscribe', session })
    expect(socket.take().at(-1)).toMatchObject({ type: 'error', code: 'rate_limited' })
    clock.advance(900_000)
    expect(socket.closedWith).toBeUndefined()
  })

  it('drops the oldest frames of a session for a client that does not read', () => {
    const feed = scriptedFeed()
    const { socket, counts } = openProsodyStage({
      feed,
      limits: { highWaterBytes: 100, keptFrames: 1, keptMs: 0 },
    })
    socket.say(subscribe)
    socket.full = true
    const { follower } = feed.all[0] as Following
    for (let count = 0; count < 4; count++) follower.told(agentFrames)
    socket.take()
    socket.drain()
    expect(socket.take()).toMatchObject([{ type: 'dropped', frames: 4 }, { type: 'prosody' }])
    expect(counts.dropped).toBe(4)
  })
})
