import type { CloseReason, SessionEvent } from '@parley/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bytesOf,
  eventOf,
  replyId,
  type Stage,
  startStage,
  type TestClient,
  tone,
} from './harness.test.support.js'

let stage: Stage

beforeEach(async () => {
  stage = await startStage()
})

afterEach(() => stage.close())

/** A protocol ping that left with or before the first answer is answered by the time of the second. */
async function pongIsIn(client: TestClient): Promise<void> {
  await client.settle()
  await client.settle()
}

const r1 = replyId('r1')
const frame = (atMs: number, from = 0) => ({ samples: tone(480, 24_000, from), rate: 24_000, atMs })

describe('the sound of a reply', () => {
  it('is announced once and leaves as it was made', async () => {
    const { client, session } = await stage.talk()
    for (let i = 0; i < 3; i++) session.transport.play(frame(i * 20, i * 480), r1)
    session.transport.send(eventOf({ kind: 'reply-sent', atMs: 100, reply: 'r1', totalMs: 60 }))
    await client.settle()
    expect(client.order).toEqual(['ready', 'audio-begin', 'audio', 'audio', 'audio', 'reply-sent', 'pong'])
    expect(client.messages[1]).toEqual({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    expect(Buffer.concat(client.binary)).toEqual(bytesOf(tone(1_440, 24_000)))
  })

  it('may lie in a buffer that is used again at once', async () => {
    const { client, session } = await stage.talk()
    const lent = frame(0)
    for (let i = 0; i < 3; i++) {
      lent.samples.fill(i + 1)
      session.transport.play({ ...lent, atMs: i * 20 }, r1)
    }
    lent.samples.fill(99)
    await client.settle()
    expect(client.binary.map(bytes => bytes.readInt16LE(100))).toEqual([1, 2, 3])
  })

  it('is announced again for another reply, after a clear, and where its place jumps', async () => {
    const { client, session } = await stage.talk()
    const { transport } = session
    transport.play(frame(0), r1)
    transport.play(frame(0), replyId('r2'))
    transport.clear(replyId('r2'))
    transport.play(frame(20), replyId('r2'))
    transport.play(frame(500), replyId('r2'))
    await client.settle()
    expect(client.messages.filter(({ type }) => type === 'audio-begin')).toEqual([
      { type: 'audio-begin', reply: 'r1', fromMs: 0 },
      { type: 'audio-begin', reply: 'r2', fromMs: 0 },
      { type: 'audio-begin', reply: 'r2', fromMs: 20 },
      { type: 'audio-begin', reply: 'r2', fromMs: 500 },
    ])
  })

  it('is ordered cleared and ducked', async () => {
    const { client, session } = await stage.talk()
    session.transport.duck(true)
    session.transport.duck(false)
    session.transport.clear(r1)
    await client.settle()
    expect(client.messages.slice(1, 4)).toEqual([
      { type: 'duck', on: true },
      { type: 'duck', on: false },
      { type: 'clear', reply: 'r1' },
    ])
  })
})

const heard = { reply: 'r1', ms: 840, text: 'We open', complete: false, source: 'estimated', errorMs: 30 }
/** One event of each kind; the mapping would not compile if one were missing there. */
const events: Record<
  Exclude<SessionEvent['kind'], 'reply-made' | 'tool-called' | 'call-ordered' | 'reply-visemes'>,
  object
> = {
  'session-started': { session: 'ses_1', language: 'en' },
  'floor-changed': { floor: 'overlap' },
  'speech-started': { turn: 't1', mediaMs: 20 },
  'speech-ended': { turn: 't1', mediaMs: 900 },
  'transcript-partial': { turn: 't1', text: 'what' },
  'transcript-final': { turn: 't1', text: 'what time', origin: 'speech', startMs: 20, endMs: 900 },
  'turn-committed': {
    turn: 't1',
    endpoint: { ms: 320, complete: 0.8, reasons: [{ kind: 'final-fall', value: -4 }] },
  },
  'turn-reopened': { turn: 't1' },
  'reply-prepared': { turn: 't1', reply: 'r1' },
  'reply-discarded': { turn: 't1', reply: 'r1', audioMs: 340, words: 3, inputTokens: 9, outputTokens: 4 },
  'reply-started': { turn: 't1', reply: 'r1' },
  'reply-words': { reply: 'r1', text: 'We open ', untilMs: 400 },
  'reply-sent': { reply: 'r1', totalMs: 1000 },
  'reply-ended': { turn: 't1', reply: 'r1', said: 'We open at nine', heard, interrupted: true },
  ducked: { reply: 'r1', afterOnsetMs: 64 },
  resumed: { reply: 'r1' },
  judged: {
    reply: 'r1',
    ruling: 'pass',
    afterOnsetMs: 512,
    reasons: [{ kind: 'backchannel', text: 'mm-hm' }],
  },
  dtmf: { digit: '5' },
  filler: { reply: 'r1', text: 'One moment.' },
  recovered: { floor: 'thinking', stuckMs: 3_000 },
  ledger: {
    turn: 't1',
    reply: 'r1',
    ledger: {
      totalMs: 5,
      unattributedMs: 0,
      heardSource: 'estimated',
      stages: [{ stage: 'endpoint', startMs: 0, durationMs: 5 }],
      context: { used: ['weather'], late: ['news'], failed: [] },
      decision: { by: 'claude', cause: 'rule', rule: 'refunds', outcome: 'decided', tookMs: 840 },
    },
  },
  note: { data: { booked: [1, null, 'x'] } },
  warning: { code: 'voice_failed', message: 'No.' },
  'session-ended': { reason: 'hang-up' },
}

describe('the events of a session', () => {
  it.each(Object.entries(events))('of kind %s arrive whole and fit the schema', async (kind, fields) => {
    const { client, session } = await stage.talk()
    session.transport.send(eventOf({ kind, atMs: 12.5, ...fields }))
    await client.settle()
    expect(client.messages[1]).toEqual({ type: kind, atMs: 12.5, ...fields })
  })

  it('keep the engine’s own state from the wire', async () => {
    const { client, session } = await stage.talk()
    session.transport.send(
      eventOf({ kind: 'reply-ended', atMs: 1, ...events['reply-ended'], state: { pin: 1234 } }),
    )
    expect(await client.next('reply-ended')).not.toHaveProperty('state')
  })
})

describe('a leg closed by its session', () => {
  it.each<[CloseReason, number, string | undefined]>([
    ['hang-up', 1000, undefined],
    ['client', 1000, undefined],
    ['idle', 4408, 'session_idle'],
    ['expired', 4408, 'session_expired'],
    ['replaced', 4409, 'replaced'],
    ['draining', 1012, 'draining'],
    ['protocol', 1008, 'bad_message'],
    ['error', 1011, 'internal'],
  ])('for "%s" closes with %i after the last message', async (reason, code, error) => {
    const { client, session } = await stage.talk()
    session.transport.send(eventOf({ kind: 'session-ended', atMs: 1, reason }))
    session.transport.close(reason)
    session.transport.close(reason)
    session.transport.play(frame(0), r1)
    session.transport.send(eventOf({ kind: 'note', atMs: 2, data: 1 }))
    expect(await client.closed).toEqual({ code, reason })
    expect(client.order).toEqual(['ready', 'session-ended', ...(error === undefined ? [] : ['error'])])
    expect(client.messages[2]).toEqual(
      error === undefined ? undefined : expect.objectContaining({ code: error, fatal: true }),
    )
    expect(session.calls).toEqual([])
  })

  it('is cut when the client does not answer the close', async () => {
    const { client, session } = await stage.talk()
    client.socket.pause()
    const [server] = stage.serverSockets
    const closed = new Promise(resolve => server?.once('close', resolve))
    session.transport.close('hang-up')
    stage.clock.advance(2_000)
    await closed
    client.socket.resume()
    await client.closed
  })

  it('is told beforehand that the node leaves', async () => {
    const { client } = await stage.talk()
    stage.sockets[0]?.announceDraining(20_000)
    expect(await client.next('draining')).toEqual({
      type: 'draining',
      resumeToken: 'tok_1',
      deadlineMs: 20_000,
    })
  })
})

describe('the way to the ear', () => {
  it('is half the measured round trip and the allowance for the far end’s buffers', async () => {
    const { client, session } = await stage.talk()
    const [server] = stage.serverSockets
    await pongIsIn(client)
    expect(session.transport.pathMs).toBe(60)
    stage.clock.advance(20_000)
    stage.clock.advance(80)
    await new Promise(resolve => server?.once('pong', resolve))
    expect(session.transport.pathMs).toBe(60 + (0.25 * 80) / 2)
    expect(session.transport.aheadMs).toBe(200)
    expect(session.transport.outputRate).toBe(24_000)
  })
})

describe('the heartbeat', () => {
  it('keeps a client that answers', async () => {
    const { client, session } = await stage.talk()
    for (let i = 0; i < 5; i++) {
      await pongIsIn(client)
      stage.clock.advance(20_000)
    }
    await pongIsIn(client)
    expect(session.calls).toEqual([])
  })

  it('cuts a client that missed one pong', async () => {
    const { client, session } = await stage.talk()
    await pongIsIn(client)
    client.socket.pause()
    stage.clock.advance(20_000)
    expect(session.calls).toEqual([])
    stage.clock.advance(20_000)
    expect(await session.closed).toBe('lost')
    client.socket.resume()
    expect((await client.closed).code).toBe(1006)
  })
})
