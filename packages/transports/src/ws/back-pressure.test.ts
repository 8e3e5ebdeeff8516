import { ParleyError } from '@parley/core'
import type { ServerMessageOf } from '@parley/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bytesOf,
  eventOf,
  replyId,
  type ScriptedSession,
  type Stage,
  startStage,
  type TestClient,
  tone,
} from './harness.test.support.js'

let stage: Stage
/** A socket that is full early, so that the tests do not have to fill the whole of a kernel. */
const limits = { highWaterBytes: 64_000, maxUnsentBytes: 1_048_576 }

beforeEach(async () => {
  stage = await startStage(limits)
})

afterEach(() => stage.close())

const r1 = replyId('r1')
const rate = 48_000
/** Half a second, 48,000 bytes, no two alike. */
function half(index: number) {
  return { samples: tone(rate / 2, rate, (index * rate) / 2), rate, atMs: index * 500 }
}

const output = { codec: 'pcm16', sampleRate: rate } as const

/** Plays until the sound waits on this side; returns how many frames were played. */
async function fill(client: TestClient, session: ScriptedSession): Promise<number> {
  const [server] = stage.serverSockets
  client.socket.pause()
  let index = 0
  for (; (server?.bufferedAmount ?? 0) <= limits.highWaterBytes; index++) {
    session.transport.play(half(index), r1)
    await new Promise(setImmediate)
  }
  return index
}

describe('a client that does not read', () => {
  it('gets every sample in order once it reads again, and is warned each second meanwhile', async () => {
    const { client, session } = await stage.talk({ output })
    let played = await fill(client, session)
    for (const until = played + 6; played < until; played++) session.transport.play(half(played), r1)
    session.transport.send(eventOf({ kind: 'reply-sent', atMs: 1, reply: 'r1', totalMs: played * 500 }))
    expect(session.transport.pathMs).toBeGreaterThan(3_000)
    stage.clock.advance(2_500)
    client.socket.resume()
    const sent = await client.next('reply-sent')
    expect(sent.totalMs).toBe(played * 500)
    // Megabytes: a deep comparison would take half a minute.
    expect(Buffer.concat(client.binary).equals(bytesOf(tone((played * rate) / 2, rate)))).toBe(true)
    expect(client.messages.filter(({ type }) => type === 'audio-begin')).toHaveLength(1)
    const warnings = client.messages.filter(
      (message): message is ServerMessageOf<'warning'> => message.type === 'warning',
    )
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatchObject({
      code: 'overloaded',
      message: expect.stringMatching(/^\d+ ms of sound wait/),
    })
    stage.clock.advance(15_000)
    await client.settle()
    expect(session.calls).toEqual([])
  })

  it('gets nothing of a cleared reply that had not left, and orders before sound that waits', async () => {
    const { client, session } = await stage.talk({ output })
    const played = await fill(client, session)
    for (let i = 0; i < 6; i++) session.transport.play(half(played + i), r1)
    const waitingMs = session.transport.pathMs
    session.transport.clear(r1)
    expect(session.transport.pathMs).toBeLessThan(waitingMs - 2_900)
    session.transport.play({ ...half(0), samples: new Int16Array(480) }, replyId('r2'))
    client.socket.resume()
    await client.settle()
    while (client.order.at(-1) !== 'audio') await new Promise(setImmediate)
    expect(client.order.filter(type => type === 'audio')).toHaveLength(played + 1)
    expect(client.order.indexOf('clear')).toBeLessThan(client.order.lastIndexOf('audio-begin'))
    expect(client.messages).toContainEqual({ type: 'audio-begin', reply: 'r2', fromMs: 0 })
  })

  it('is given up after ten seconds with 1013, and its session waits for a resume', async () => {
    const { client, session } = await stage.talk({ output })
    const played = await fill(client, session)
    session.transport.play(half(played), r1)
    stage.clock.advance(9_999)
    expect(session.calls).toEqual([])
    stage.clock.advance(1)
    expect(session.calls).toEqual(['closed lost'])
    client.socket.resume()
    expect(await client.next('error')).toMatchObject({ code: 'overloaded', fatal: true })
    expect(await client.closed).toEqual({ code: 1013, reason: 'slow_consumer' })
  })

  it('is given up above a mebibyte at once, but never inside a call of the session', async () => {
    const { client, session } = await stage.talk({ output })
    let played = await fill(client, session)
    let calls = 0
    for (; calls < 40; calls++) session.transport.play(half(played++), r1)
    expect(session.calls).toEqual([])
    stage.clock.advance(0)
    expect(session.calls).toEqual(['closed lost'])
    expect(stage.serverSockets[0]?.bufferedAmount).toBeLessThan(limits.maxUnsentBytes)
    stage.clock.advance(2_000)
    client.socket.resume()
    expect((await client.closed).code).toBe(1006)
  })

  it('cannot make small messages pile up for ever either', async () => {
    const { client, session } = await stage.talk({ output })
    client.socket.pause()
    const text = 'x'.repeat(4_000)
    for (let i = 0; i < 5_000 && session.calls.length === 0; i++) {
      session.transport.send(eventOf({ kind: 'transcript-partial', atMs: i, turn: 't', text }))
      await new Promise(setImmediate)
      stage.clock.advance(0)
    }
    expect(session.calls).toEqual(['closed lost'])
  })

  it('does not outlive the grace of a close', async () => {
    const { client, session } = await stage.talk({ output })
    await fill(client, session)
    const closed = new Promise(resolve => stage.serverSockets[0]?.once('close', resolve))
    session.transport.close('error')
    stage.clock.advance(2_000)
    await closed
    expect(stage.clock.waiting).toBe(0)
    expect(() => session.transport.play(half(0), r1)).not.toThrow()
    expect(() =>
      session.transport.send(eventOf({ kind: 'note', atMs: 1, data: new ParleyError('internal') })),
    ).not.toThrow()
  })
})
