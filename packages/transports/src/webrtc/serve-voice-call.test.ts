/** A conversation over WebRTC with another stack at the far end, and a session whose every word the test writes. */
import { loadResampling, type Resampling } from '@parley/audio'
import type { HelloInput, ServerMessage } from '@parley/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventOf, replyId, ScriptedHost, type ScriptedSession, tone } from '../ws/harness.test.support.js'
import { defaultVoiceLimits, type VoiceLimits } from '../ws/voice-limits.js'
import type { RtcWorld } from './rtc-peer.js'
import { decodeAll, measuredHz, openFarEnd, rtcWorld, tonePackets, until } from './rtc-peer.test-kit.js'
import { serveVoiceCall, type VoiceCallOptions } from './serve-voice-call.js'

let world: RtcWorld
let resampling: Resampling

beforeAll(async () => {
  ;[world, resampling] = await Promise.all([rtcWorld(), loadResampling()])
})

const hello: HelloInput = { type: 'hello', version: 1 }

interface Staging extends Partial<Pick<VoiceCallOptions, 'hello'>> {
  readonly limits?: Partial<VoiceLimits>
}

async function setUp({ limits = {}, ...more }: Staging = {}) {
  const far = openFarEnd({ label: 'parley' })
  const host = new ScriptedHost()
  let ends = 0
  const call = await serveVoiceCall({
    offerSdp: await far.offer(),
    world,
    resampling,
    host,
    principal: { tenant: 'acme', subject: 'ann' },
    log: { info() {}, warn() {} },
    limits: { ...defaultVoiceLimits, ...limits },
    onEnd: () => {
      ends += 1
    },
    ...more,
  })
  const messages = () => far.messages.map(message => JSON.parse(message) as ServerMessage)
  const has = (type: ServerMessage['type']) => messages().some(message => message.type === type)
  const send = (message: object) => far.channel?.send(JSON.stringify(message))
  return {
    far,
    host,
    call,
    messages,
    has,
    send,
    get ends() {
      return ends
    },
    async connect() {
      await far.accept(call.answerSdp)
      await until(() => far.channel?.readyState === 'open', 'the channel')
    },
    async talk(wishes: Partial<HelloInput> = {}): Promise<ScriptedSession> {
      await this.connect()
      send({ ...hello, ...wishes })
      await until(() => has('ready'), 'ready')
      return host.sessions[0] as ScriptedSession
    },
  }
}

describe('a voice call', () => {
  it('speaks the messages of the socket on its channel, and sound both ways on its track', async () => {
    const stage = await setUp()
    expect(stage.call.answerSdp).toMatch(/useinbandfec=1;usedtx=1/)
    const session = await stage.talk({ reportsPlayed: true })
    expect(stage.messages()[0]).toMatchObject({
      type: 'ready',
      output: { codec: 'opus', sampleRate: 24_000 },
      opus: { packetMs: 20 },
    })
    expect(stage.host.requests[0]).toMatchObject({ edge: 'webrtc' })
    expect(session.transport).toMatchObject({ outputRate: 24_000, aheadMs: 40, reportsPlayed: true })
    const encoder = await world.opus.encoder({ sampleRate: 48_000 })
    for (const payload of tonePackets(encoder, 440, 20)) stage.far.sendPacket(payload)
    encoder.close()
    await until(() => session.frames.length >= 20, 'the sound')
    expect(session.frames[5]).toMatchObject({ rate: 16_000, atMs: 100 })
    const reply = replyId('rpl_1')
    session.transport.send(eventOf({ kind: 'reply-started', atMs: 0, turn: 'trn_1', reply }))
    for (let atMs = 0; atMs < 400; atMs += 20)
      session.transport.play({ samples: tone(480, 24_000, atMs * 24), rate: 24_000, atMs }, reply)
    session.transport.send(eventOf({ kind: 'reply-sent', atMs: 400, reply, totalMs: 400 }))
    await until(() => stage.far.packets.length >= 20, 'the packets')
    const decoder = await world.opus.decoder({ sampleRate: 48_000 })
    const heard = decodeAll(
      decoder,
      stage.far.packets.slice(2, 18).map(({ payload }) => payload),
    )
    decoder.close()
    expect(measuredHz(heard, 48_000)).toBeCloseTo(440, -1)
    await until(() => stage.has('reply-sent'), 'reply-sent')
    const told = stage.messages().map(({ type }) => type)
    expect(told).toEqual(['ready', 'reply-started', 'audio-begin', 'reply-sent'])
    stage.send({ type: 'played', reply, ms: 380 })
    stage.send({ type: 'text', text: 'Hello.' })
    await until(() => session.calls.length === 2, 'the messages')
    expect(session.calls).toEqual(['played rpl_1 380', 'text Hello.'])
    stage.send({ type: 'consent', granted: true })
    await until(() => stage.has('recording'), 'recording')
    expect(stage.messages().at(-1)).toEqual({ type: 'recording', state: 'off' })
    stage.send({ type: 'bye' })
    await until(() => session.calls.includes('closed client'), 'the bye')
    session.transport.close('client')
    await until(() => stage.ends === 1, 'the end')
    await stage.far.close()
  })

  it('takes back on `clear` what has not left, also of a reply whose sound is whole', async () => {
    const stage = await setUp()
    const session = await stage.talk()
    const reply = replyId('rpl_1')
    for (let atMs = 0; atMs < 800; atMs += 20)
      session.transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs }, reply)
    session.transport.send(eventOf({ kind: 'reply-sent', atMs: 800, reply, totalMs: 800 }))
    const waiting = session.transport.pathMs
    session.transport.clear(reply)
    expect(waiting - session.transport.pathMs).toBeGreaterThan(700)
    await until(() => stage.has('clear'), 'clear')
    stage.call.hangUp()
    await stage.far.close()
  })

  it('takes its hello with the offer, and ends a conversation that is hung up once', async () => {
    const stage = await setUp({ hello: JSON.stringify({ ...hello, agent: 'reception' }) })
    await stage.connect()
    await until(() => stage.has('ready'), 'ready')
    expect(stage.host.requests[0]?.hello.agent).toBe('reception')
    stage.call.announceDraining(5_000)
    await until(() => stage.has('draining'), 'draining')
    stage.call.hangUp()
    stage.call.hangUp()
    expect([stage.ends, stage.host.sessions[0]?.calls]).toEqual([1, ['closed client']])
    await stage.far.close()
  })

  it('leaves the session of a call that broke for whoever resumes it', async () => {
    const stage = await setUp()
    const session = await stage.talk()
    stage.far.channel?.close()
    await until(() => stage.ends === 1, 'the end')
    expect(session.calls).toEqual(['closed lost'])
    await stage.far.close()
    const next = await setUp({ hello: JSON.stringify({ ...hello, resume: 'tok_1' }) })
    await next.connect()
    await until(() => next.has('ready'), 'ready')
    expect(next.messages()[0]).toMatchObject({ resumed: true, resumeToken: 'tok_2' })
    next.call.hangUp()
    await next.far.close()
  })

  it('tells what is wrong on the channel before it ends: a first message that is no hello, a rate it has not', async () => {
    const stage = await setUp()
    await stage.connect()
    stage.send({ type: 'commit' })
    await until(() => stage.ends === 1, 'the end')
    expect(stage.messages()).toMatchObject([{ type: 'error', code: 'bad_message', fatal: true }])
    await stage.far.close()
    const odd = await setUp()
    await odd.connect()
    odd.send({ ...hello, output: { codec: 'pcm16', sampleRate: 22_050 } })
    await until(() => odd.ends === 1, 'the end')
    expect(odd.messages()).toMatchObject([{ type: 'error', code: 'bad_message', fatal: true }])
    await odd.far.close()
  })

  it('does not wait for a far end that has not connected while the node leaves', async () => {
    const stage = await setUp()
    stage.call.announceDraining(5_000)
    expect([stage.ends, stage.host.sessions]).toEqual([1, []])
    await stage.far.close()
  })

  it('gives up a far end that never says hello', async () => {
    const stage = await setUp({ limits: { helloMs: 20 } })
    await stage.connect()
    await until(() => stage.ends === 1, 'the end')
    expect(stage.messages()).toMatchObject([{ type: 'error', code: 'timeout', fatal: true }])
    await stage.far.close()
  })

  it.each([
    ['a data channel', { label: null }],
    ['audio', { label: 'parley', audio: false }],
  ])('refuses an offer without %s, and keeps nothing', async (_, farOptions) => {
    const far = openFarEnd(farOptions)
    const opening = serveVoiceCall({
      offerSdp: await far.offer(),
      world,
      resampling,
      host: new ScriptedHost(),
      principal: { tenant: 'acme', subject: 'ann' },
      log: { info() {}, warn() {} },
      onEnd: () => expect.fail('it never began'),
    })
    await expect(opening).rejects.toMatchObject({ code: 'bad_message' })
    await far.close()
  })
})
