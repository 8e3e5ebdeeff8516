import type { ProsodyFrame } from '@parley/audio'
import { type Clock, ParleyError, type SessionEvent } from '@parley/core'
import type { SideMessage } from '@parley/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProsodyFeed, ProsodyFollower, ProsodyWish } from '../prosody/prosody-feed.js'
import { frameFieldsOf } from '../prosody-sides/told-prosody.js'
import { bytesOf, HandClock, replyId, type Stage, startStage, tone } from './harness.test.support.js'
import { followSides } from './side-line.js'

const flat: ProsodyFrame = {
  ...{ atMs: 0, pitchHz: 0, voicing: 0, semitones: 0, energy: 0, rms: 0, levelDb: -100, loudness: -100 },
  ...{ voicedFraction: 0, tilt: 0, centroidHz: 0, harmonicity: -20, syllableRate: 0, speaking: false },
  ...{ arousal: 0.5, emotion: 'neutral' as const, clipped: false },
}
const frame = (atMs: number) => frameFieldsOf(flat, atMs)
const agent = (atMs: number, reply = 'r1'): SideMessage => ({
  ...{ type: 'prosody', side: 'agent', reply, heardAtMs: 100 + atMs },
  frames: [frame(atMs)],
})
const user = (atMs: number): SideMessage => ({
  ...{ type: 'prosody', side: 'user', heardAtMs: atMs },
  frames: [frame(atMs)],
})
const cleared: SideMessage = { type: 'cleared', reply: 'r1', heardMs: 40 }
const visemes: SideMessage = {
  ...{ type: 'visemes', reply: 'r1', heardAtMs: 0, source: 'voice' },
  cues: [{ viseme: 'aa', startMs: 0, endMs: 100 }],
}

class Feed implements ProsodyFeed {
  readonly wishes: ProsodyWish[] = []
  readonly followers: ProsodyFollower[] = []
  stopped = 0
  refusal: Error | undefined
  knows = true

  follow(wish: ProsodyWish, follower: ProsodyFollower) {
    if (this.refusal !== undefined) throw this.refusal
    if (!this.knows) return undefined
    this.wishes.push(wish)
    this.followers.push(follower)
    return () => {
      this.stopped += 1
    }
  }

  tell(...messages: SideMessage[]): void {
    for (const message of messages) this.followers.at(-1)?.told(message)
  }
}

function line(clock: Clock = new HandClock()) {
  const feed = new Feed()
  const sent: object[] = []
  const orders: object[] = []
  const warnings: string[] = []
  const socket = { full: false }
  const sides = followSides({
    clock,
    feed,
    wish: { session: 'ses_1' as ProsodyWish['session'], tenant: 'acme' },
    outbox: {
      aside(message) {
        if (!socket.full) sent.push(message)
        return !socket.full
      },
      control: message => void orders.push(message),
    },
    warn: error => void warnings.push(error.message),
  })
  return { feed, sent, orders, warnings, socket, sides }
}

const framesOf = (sent: readonly object[]) =>
  sent.map(message =>
    'frames' in message ? (message.frames as { atMs: number }[]).map(({ atMs }) => atMs) : [],
  )

describe('what is told of both sides', () => {
  it('goes in few messages, each side’s in its own order', () => {
    const { feed, sent } = line()
    for (let ms = 0; ms < 320; ms += 32) feed.tell(agent(ms), user(ms))
    expect(framesOf(sent).filter(frames => frames.length !== 3)).toEqual([])
    expect(sent).toHaveLength(6)
    expect(sent[0]).toMatchObject({ side: 'agent', heardAtMs: 100 })
  })

  it('never mixes replies, nor sound that is sent again with what it was before', () => {
    const { feed, sent } = line()
    feed.tell(
      agent(0),
      agent(32),
      agent(0, 'r2'),
      agent(32, 'r2'),
      agent(0, 'r2'),
      agent(32, 'r2'),
      agent(64, 'r2'),
    )
    expect(framesOf(sent)).toEqual([
      [0, 32],
      [0, 32],
      [0, 32, 64],
    ])
  })

  it('joins the pieces of one shape, and shapes that follow each other', () => {
    const { feed, sent } = line()
    const piece = (viseme: 'aa' | 'E', startMs: number, reply = 'r1'): SideMessage => ({
      ...{ type: 'visemes', reply, heardAtMs: startMs, source: 'audio' },
      cues: [{ viseme, startMs, endMs: startMs + 20 }],
    })
    feed.tell(piece('aa', 0), piece('aa', 20), piece('E', 40), piece('E', 60), piece('aa', 80))
    expect(sent).toEqual([
      {
        ...{ type: 'visemes', reply: 'r1', heardAtMs: 0, source: 'audio' },
        cues: [
          { viseme: 'aa', startMs: 0, endMs: 40 },
          { viseme: 'E', startMs: 40, endMs: 80 },
          { viseme: 'aa', startMs: 80, endMs: 100 },
        ],
      },
    ])
    feed.tell(piece('aa', 100), piece('aa', 60), piece('aa', 0, 'r2'))
    expect(sent).toHaveLength(3)
  })

  it('does not wait for more than comes', () => {
    const clock = new HandClock()
    const { feed, sent } = line(clock)
    feed.tell(user(0))
    clock.advance(191)
    expect(sent).toEqual([])
    clock.advance(1)
    expect(framesOf(sent)).toEqual([[0]])
    feed.tell(agent(0))
    feed.followers[0]?.event?.({ kind: 'reply-sent' } as SessionEvent)
    expect(framesOf(sent)).toEqual([[0], [0]])
    expect(clock.waiting).toBe(0)
  })

  it('says what is not heard behind all that was told before, whether the client reads or not', () => {
    const { feed, sent, orders, socket } = line()
    feed.tell(agent(0), cleared)
    expect([sent.length, orders]).toEqual([1, [cleared]])
    socket.full = true
    feed.tell(cleared)
    expect(orders).toHaveLength(2)
  })

  it('is left out while the client does not read, counted, and told once it reads again', () => {
    const { feed, sent, socket, warnings, sides } = line()
    socket.full = true
    feed.tell(visemes, visemes)
    expect([sides.lost, sent, warnings]).toEqual([2, [], []])
    socket.full = false
    feed.tell(visemes, visemes)
    expect([sides.lost, sent.length]).toEqual([2, 2])
    expect(warnings).toEqual(['2 messages of prosody were left out while this client did not read.'])
  })

  it('ends with the socket, also what waits', () => {
    const clock = new HandClock()
    const { feed, sent, sides } = line(clock)
    feed.tell(user(0))
    sides.close()
    sides.close()
    clock.advance(1_000)
    expect([sent, clock.waiting]).toEqual([[], 0])
    expect(feed.stopped).toBeGreaterThan(0)
  })
})

describe('a voice socket whose hello asks for prosody', () => {
  let stage: Stage
  let feed: Feed
  beforeEach(async () => {
    feed = new Feed()
    stage = await startStage({ highWaterBytes: 64_000, maxUnsentBytes: 1_048_576 }, { prosody: feed })
  })
  afterEach(() => stage.close())

  it('is told it among the sound it belongs to, from the first sample on, and behind `ready`', async () => {
    const r1 = replyId('r1')
    stage.host.onOpen = ({ transport }) => {
      transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 0 }, r1)
      feed.tell(visemes, agent(0), agent(32), agent(64))
    }
    const { client } = await stage.talk({ prosody: { hopMs: 32, visemes: true } })
    await client.settle()
    expect(feed.wishes).toEqual([{ session: 'ses_1', tenant: 'acme', hopMs: 32, visemes: true }])
    expect(client.order.slice(0, 5)).toEqual(['ready', 'audio-begin', 'audio', 'visemes', 'prosody'])
  })

  it('loses what waits when the reply is cleared before `ready`', async () => {
    const r1 = replyId('r1')
    stage.host.onOpen = ({ transport }) => {
      transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 0 }, r1)
      feed.tell(visemes)
      transport.clear(r1)
    }
    const { client } = await stage.talk({ prosody: {} })
    await client.settle()
    expect(client.order).toEqual(['ready', 'audio-begin', 'clear', 'pong'])
  })

  it('is followed again on the socket that resumes, and no more on the one that is gone', async () => {
    const { client } = await stage.talk({ prosody: {} })
    client.socket.close(1000)
    await client.closed
    await stage.host.sessions[0]?.closed
    expect(feed.stopped).toBe(1)
    const again = await stage.talk({ prosody: { sides: ['agent'] }, resume: 'tok_1' })
    feed.tell(visemes)
    expect(await again.client.next('visemes')).toEqual(visemes)
    expect(feed.wishes.at(-1)).toEqual({ session: 'ses_1', tenant: 'acme', sides: ['agent'] })
  })

  it('gets every sample when it reads slowly, and not every frame', async () => {
    const rate = 48_000
    const { client, session } = await stage.talk({
      prosody: {},
      output: { codec: 'pcm16', sampleRate: rate },
    })
    const [server] = stage.serverSockets
    client.socket.pause()
    let count = 0
    for (; (server?.bufferedAmount ?? 0) <= 64_000; count++) {
      session.transport.play(
        { samples: tone(rate / 2, rate, (count * rate) / 2), rate, atMs: count * 500 },
        replyId('r1'),
      )
      await new Promise(setImmediate)
    }
    feed.tell(visemes, visemes, visemes)
    client.socket.resume()
    await client.settle()
    feed.tell(visemes)
    const warning = await client.next('warning')
    expect(warning).toMatchObject({
      code: 'overloaded',
      message: expect.stringMatching(/^3 messages of prosody/),
    })
    expect(client.messages.filter(({ type }) => type === 'visemes')).toHaveLength(1)
    expect(Buffer.concat(client.binary).equals(bytesOf(tone((count * rate) / 2, rate)))).toBe(true)
    client.socket.close(1000)
    await client.closed
    await session.closed
    expect(stage.log.at(-1)?.facts).toMatchObject({ prosodyLost: 3 })
  })

  it('talks all the same where nobody can tell, and is warned', async () => {
    feed.refusal = new ParleyError('overloaded', 'Too many follow.')
    const { client } = await stage.talk({ prosody: {} })
    expect(await client.next('warning')).toMatchObject({ code: 'overloaded', message: 'Too many follow.' })
    feed.refusal = undefined
    feed.knows = false
    const other = await stage.talk({ prosody: {} })
    expect(await other.client.next('warning')).toMatchObject({ code: 'not_found' })
  })

  it('is not followed if it does not ask', async () => {
    await stage.talk()
    expect(feed.wishes).toEqual([])
  })
})
