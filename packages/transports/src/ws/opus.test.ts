import { readFileSync } from 'node:fs'
import { loadOpus } from '@parley/audio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventOf, replyId, type Stage, startStage } from './harness.test.support.js'

let stage: Stage

beforeEach(async () => {
  stage = await startStage()
})

afterEach(() => stage.close())

/** Human speech, 16 kHz mono PCM16; the canonical header is 44 bytes. */
function speech(): Int16Array {
  const file = readFileSync(new URL('../../../../fixtures/audio/clips/jfk.wav', import.meta.url))
  const data = file.indexOf('data', 12, 'latin1') + 8
  return new Int16Array(file.buffer.slice(file.byteOffset + data, file.byteOffset + data + 16_000 * 2 * 4))
}

const FRAME = 320

/** Decibels by which the sound stands above what differs, at the best whole-sample delay up to `maxDelay`. */
function snrDb(sound: Int16Array, got: Int16Array, maxDelay: number): { db: number; delay: number } {
  let best = { db: Number.NEGATIVE_INFINITY, delay: 0 }
  for (let delay = 0; delay <= maxDelay; delay++) {
    let signal = 0
    let noise = 0
    for (let i = 0; i + delay < got.length && i < sound.length; i++) {
      const a = sound[i] ?? 0
      signal += a * a
      noise += (a - (got[i + delay] ?? 0)) ** 2
    }
    const db = 10 * Math.log10(signal / noise)
    if (db > best.db) best = { db, delay }
  }
  return best
}

const opusFormat = { codec: 'opus', sampleRate: 16_000 } as const

describe('Opus on a voice socket', () => {
  it('brings human speech from the client to the session', async () => {
    const sound = speech()
    const encoder = await (await loadOpus()).encoder({ sampleRate: 16_000 })
    const { client, session } = await stage.talk({ input: opusFormat })
    const count = Math.floor(sound.length / FRAME)
    for (let i = 0; i < count; i++) client.send(encoder.encode(sound.subarray(i * FRAME, (i + 1) * FRAME)))
    await client.settle()
    const got = Int16Array.from(session.frames.flatMap(({ samples }) => [...samples]))
    expect(session.frames.map(({ atMs }) => atMs)).toEqual(Array.from({ length: count }, (_, i) => i * 20))
    expect(got).toHaveLength(count * FRAME)
    expect(snrDb(sound, got, 200).db).toBeGreaterThan(15)
  })

  it('is decoded at the rate the session listens at, whatever the client announced', async () => {
    const encoder = await (await loadOpus()).encoder({ sampleRate: 48_000 })
    const { client, session } = await stage.talk({ input: { codec: 'opus', sampleRate: 48_000 } })
    client.send(encoder.encode(new Int16Array(960)))
    await client.settle()
    expect(session.frames.map(({ rate, samples }) => [rate, samples.length])).toEqual([[16_000, 320]])
  })

  it('brings the agent’s voice to the client to its last sample, in 20 ms packets', async () => {
    const total = 16_000 * 3 + 190
    const sound = speech().slice(0, total)
    const { client, session } = await stage.talk({ output: opusFormat })
    for (let from = 0; from < total; from += 200) {
      const samples = sound.subarray(from, Math.min(total, from + 200))
      session.transport.play({ samples, rate: 16_000, atMs: from / 16 }, replyId('r1'))
    }
    session.transport.send(eventOf({ kind: 'reply-sent', atMs: 1, reply: 'r1', totalMs: total / 16 }))
    expect((await client.next('reply-sent')).totalMs).toBe(total / 16)
    expect(client.order.slice(1, 3)).toEqual(['audio-begin', 'audio'])
    expect(client.order.at(-1)).toBe('reply-sent')
    const decoder = await (await loadOpus()).decoder({ sampleRate: 16_000 })
    const packets = client.binary.map(packet => decoder.decode(packet))
    expect(new Set(packets.map(({ length }) => length))).toEqual(new Set([FRAME]))
    const got = Int16Array.from(packets.flatMap(samples => [...samples]))
    const { db, delay } = snrDb(sound, got, 200)
    expect(db).toBeGreaterThan(15)
    expect(got.length - delay).toBeGreaterThanOrEqual(total)
    expect(got.length - delay).toBeLessThan(total + 2 * FRAME)
  })

  it('has the rate, the length and the bitrate of the gateway where the client names no rate, and says so', async () => {
    const opusManner = { sampleRate: 48_000, packetMs: 40, bitrate: 12_000 } as const
    const own = await startStage({}, { opusManner })
    const client = await own.connect()
    client.send({ type: 'hello', version: 1, input: { codec: 'opus' }, output: { codec: 'opus' } })
    const format = { codec: 'opus', sampleRate: 48_000 }
    const opus = { packetMs: 40, bitrate: 12_000, lookaheadMs: 6.5 }
    expect(await client.next('ready')).toMatchObject({ input: format, output: format, opus })
    const session = own.host.sessions.at(-1)
    const sound = new Int16Array(48_000)
    for (const [at, sample] of speech().subarray(16_000, 32_000).entries())
      sound.fill(sample, at * 3, at * 3 + 3)
    session?.transport.play({ samples: sound, rate: 48_000, atMs: 0 }, replyId('r1'))
    await client.settle()
    const decoder = await (await loadOpus()).decoder({ sampleRate: 48_000 })
    expect(client.binary.map(packet => decoder.decode(packet).length)).toEqual(new Array(25).fill(1_920))
    const bits = client.binary.reduce((sum, { length }) => sum + length * 8, 0)
    expect(Math.abs(bits / 12_000 - 1)).toBeLessThan(0.15)
    await own.close()
  })

  it('drops the part of a packet that a clear leaves behind', async () => {
    const { client, session } = await stage.talk({ output: opusFormat })
    const loud = new Int16Array(300).fill(20_000)
    session.transport.play({ samples: loud, rate: 16_000, atMs: 0 }, replyId('r1'))
    session.transport.clear(replyId('r1'))
    session.transport.play({ samples: new Int16Array(FRAME), rate: 16_000, atMs: 0 }, replyId('r2'))
    await client.settle()
    expect(client.binary).toHaveLength(1)
    const decoder = await (await loadOpus()).decoder({ sampleRate: 16_000 })
    const [packet] = client.binary
    const decoded = packet === undefined ? new Int16Array(1).fill(1) : decoder.decode(packet)
    expect(Math.max(...decoded.map(Math.abs))).toBeLessThan(10)
  })

  it('answers what is no packet with bad_audio and goes on', async () => {
    const { client, session } = await stage.talk({ input: opusFormat })
    const encoder = await (await loadOpus()).encoder({ sampleRate: 16_000 })
    client.send(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    expect(await client.next('error')).toMatchObject({ code: 'bad_audio', fatal: false })
    client.send(encoder.encode(new Int16Array(FRAME)))
    await client.settle()
    expect(session.frames).toHaveLength(1)
  })

  it('counts reports only up to the true length of the reply', async () => {
    const { client, session } = await stage.talk({ output: opusFormat, reportsPlayed: true })
    session.transport.play({ samples: new Int16Array(100), rate: 16_000, atMs: 0 }, replyId('r1'))
    session.transport.send(eventOf({ kind: 'reply-sent', atMs: 1, reply: 'r1', totalMs: 6.25 }))
    client.send({ type: 'played', reply: 'r1', ms: 20 })
    await client.settle()
    expect(session.calls).toEqual(['played r1 6.25'])
  })
})
