/** A Realtime call with another WebRTC stack at the far end, and a session whose every word the test writes. */
import { EventEmitter } from 'node:events'
import { loadResampling, type Resampling } from '@parley/audio'
import { type CloseReason, noSteering, type ReplyId, type SessionEvent, type Transport } from '@parley/core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { defaultRealtimeLimits } from '../openai-realtime/realtime-limits.js'
import type { RtcWorld } from './rtc-peer.js'
import { type FarEndOptions, openFarEnd, rtcWorld, tonePackets, until } from './rtc-peer.test-kit.js'
import { serveRealtimeCall } from './serve-realtime-call.js'

let world: RtcWorld
let resampling: Resampling

beforeAll(async () => {
  ;[world, resampling] = await Promise.all([rtcWorld(), loadResampling()])
})

const quiet = { info() {}, warn() {} }

async function setUp(farOptions: FarEndOptions = {}) {
  const far = openFarEnd(farOptions)
  const session = {
    heardSamples: 0,
    closed: [] as CloseReason[],
    transport: undefined as Transport | undefined,
  }
  let ends = 0
  const call = await serveRealtimeCall({
    offerSdp: await far.offer(),
    world,
    resampling,
    principal: { tenant: 'acme', subject: 'ann' },
    limits: defaultRealtimeLimits,
    log: quiet,
    query: { model: 'gpt-realtime' },
    epochMs: () => 1_795_000_000_000,
    host: {
      async open({ transport }) {
        session.transport = transport
        transport.open({
          audio: ({ samples }) => {
            session.heardSamples += samples.length
          },
          interrupt: () => undefined,
          commit() {},
          text() {},
          dtmf() {},
          played() {},
          closed: reason => session.closed.push(reason),
          steering: noSteering,
        })
        return { session: 'ses_1', agent: 'test', language: 'en', recogniser: 'coded', voice: 'coded' }
      },
    },
    onEnd: () => {
      ends += 1
    },
  })
  const events = () => far.messages.map(message => JSON.parse(message) as { type: string; delta?: string })
  const types = () => events().map(({ type }) => type)
  return {
    far,
    call,
    session,
    types,
    get ends() {
      return ends
    },
    async connect() {
      await far.accept(call.answerSdp)
      await until(() => session.transport !== undefined && types().includes('session.created'), 'the session')
    },
    tell: (event: object) => session.transport?.send({ atMs: world.clock.now(), ...event } as SessionEvent),
    play(reply: string, ms: number) {
      const rate = session.transport?.outputRate ?? 0
      for (let atMs = 0; atMs < ms; atMs += 20) {
        session.transport?.play(
          { samples: new Int16Array(rate / 50).fill(1_000), rate, atMs },
          reply as ReplyId,
        )
      }
    },
  }
}

/** As much of a socket as a sideband needs. */
function openSocket() {
  const socket = Object.assign(new EventEmitter(), {
    bufferedAmount: 0,
    sent: [] as string[],
    closes: [] as (number | string)[][],
    send: (text: string) => void socket.sent.push(text),
    close: (...how: (number | string)[]) => void socket.closes.push(how),
  })
  return { socket, asSocket: socket as unknown as WebSocket }
}

describe('a Realtime call', () => {
  it('opens its session once the far end is there, hears its track, and speaks on it, not in events', async () => {
    const stage = await setUp()
    expect(stage.session.transport).toBeUndefined()
    expect(stage.call.callId).toMatch(/^rtc_[0-9a-z]{22}$/)
    await stage.connect()
    expect(stage.session.transport).toMatchObject({ outputRate: 24_000, aheadMs: 40, reportsPlayed: false })
    const encoder = await world.opus.encoder({ sampleRate: 48_000 })
    for (const payload of tonePackets(encoder, 440, 20)) stage.far.sendPacket(payload)
    encoder.close()
    await until(() => stage.session.heardSamples > 0, 'the sound')
    stage.tell({ kind: 'reply-started', turn: 'trn_1', reply: 'rpl_1' })
    stage.tell({ kind: 'reply-words', reply: 'rpl_1', text: 'Hello. ', untilMs: 100 })
    stage.play('rpl_1', 100)
    await until(() => stage.far.packets.length >= 5, 'the packets')
    await until(() => stage.types().includes('output_audio_buffer.started'), 'the event')
    expect(stage.types()).not.toContain('response.output_audio.delta')
    stage.session.transport?.clear('rpl_1' as ReplyId)
    await until(() => stage.types().includes('output_audio_buffer.cleared'), 'the event')
    stage.call.hangup()
    stage.call.hangup()
    expect([stage.ends, stage.session.closed]).toEqual([1, ['hang-up']])
    await stage.far.close()
  })

  it('says that an answer was cleared that was held back first and then cut', async () => {
    const stage = await setUp()
    await stage.connect()
    const reply = 'rpl_1' as ReplyId
    stage.tell({ kind: 'reply-started', turn: 'trn_1', reply })
    stage.play(reply, 100)
    stage.tell({ kind: 'judged', reply, ruling: 'hold', afterOnsetMs: 100, reasons: [] })
    stage.session.transport?.clear(reply)
    stage.tell({ kind: 'judged', reply, ruling: 'claim', afterOnsetMs: 300, reasons: [] })
    stage.tell({ kind: 'reply-ended', reply, interrupted: true, said: '', heard: { ms: 60, text: '' } })
    await until(() => stage.types().includes('response.done'), 'the end')
    await until(
      () => stage.types().some(type => /^output_audio_buffer\.(cleared|stopped)/.test(type)),
      'the event',
    )
    expect(stage.types()).toContain('output_audio_buffer.cleared')
    expect(stage.types()).not.toContain('output_audio_buffer.stopped')
    stage.call.hangup()
    await stage.far.close()
  })

  it('without a track speaks in events', async () => {
    const stage = await setUp({ audio: false })
    await stage.connect()
    stage.tell({ kind: 'reply-started', turn: 'trn_1', reply: 'rpl_1' })
    stage.play('rpl_1', 200)
    await until(() => stage.types().includes('response.output_audio.delta'), 'the sound')
    stage.call.hangup()
    await stage.far.close()
  })

  it('is seen and steered by sockets of its own tenant, which end with it', async () => {
    const stage = await setUp()
    const [early, late] = [openSocket(), openSocket()]
    stage.call.attach(early.asSocket, 'acme')
    await stage.connect()
    stage.call.attach(late.asSocket, 'acme')
    const typeOf = (text: string | undefined) => JSON.parse(text ?? '{}').type
    expect([early, late].map(({ socket }) => typeOf(socket.sent[0]))).toEqual([
      'session.created',
      'session.created',
    ])
    const update = { type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } }
    early.socket.emit('message', Buffer.from(JSON.stringify(update)), false)
    await until(() => stage.types().includes('session.updated'), 'the event')
    expect(typeOf(late.socket.sent.at(-1))).toBe('session.updated')
    late.socket.bufferedAmount = 100_000_000
    early.socket.emit('message', Buffer.from('{"type":"nonsense"}'), false)
    await until(() => stage.types().includes('error'), 'the error')
    expect(late.socket.closes).toEqual([[1013, 'slow_consumer']])
    expect(() => stage.call.attach(openSocket().asSocket, 'other')).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
    stage.call.hangup()
    expect(early.socket.closes).toEqual([[1000, 'call_ended']])
    expect(() => stage.call.attach(openSocket().asSocket, 'acme')).toThrow(/no such call/)
    await stage.far.close()
  })

  it('ends when the client closes the channel, and when nobody comes', async () => {
    const stage = await setUp()
    await stage.connect()
    stage.far.channel?.close()
    await until(() => stage.ends > 0, 'the end')
    expect(stage.session.closed).toHaveLength(1)
    await stage.far.close()
    const alone = await setUp()
    alone.call.drain()
    expect([alone.ends, alone.session.closed]).toEqual([1, []])
    await alone.far.close()
  })

  it('is refused by a typed error where the offer is none, and keeps nothing', async () => {
    const stage = await setUp()
    stage.call.hangup()
    await stage.far.close()
    const opening = serveRealtimeCall({
      offerSdp: 'v=0',
      world,
      resampling,
      principal: { tenant: 'acme', subject: 'ann' },
      limits: defaultRealtimeLimits,
      log: quiet,
      query: {},
      epochMs: () => 0,
      host: { open: () => expect.fail('it must not be opened') },
      onEnd: () => expect.fail('it never began'),
    })
    await expect(opening).rejects.toMatchObject({ code: 'bad_message' })
  })
})
