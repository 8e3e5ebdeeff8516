import type { SttEvent, SttStream } from '@parley/core'
import { codeSpeech, openOpenAiRealtimeSim, readSpeech } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { openRig } from '../conformance/rig.test-kit.js'
import { until } from '../conformance/voice-suite.test-kit.js'
import { realtimeSttOptions } from './audio-options.js'
import { type Event, greet, type ScriptedSocket, scriptedServer } from './scripted-realtime.test-kit.js'
import { createRealtimeStt } from './stt-realtime.js'

const RATE = 24_000
const item = (name: string) => `conversation.item.input_audio_transcription.${name}`

function hear(stream: SttStream, samples: Int16Array, atMs: number): void {
  for (let at = 0; at < samples.length; at += 480)
    stream.hear({ samples: samples.slice(at, at + 480), rate: RATE, atMs: atMs + at / 24 })
}

const sound = (ms: number) => new Int16Array(ms * 24)

describe('recognition by OpenAI Realtime', () => {
  let closing = async () => {}
  afterEach(() => closing())

  async function simulated(options: object = {}) {
    const rig = await openRig({
      name: '',
      openSim: openOpenAiRealtimeSim,
      create: context => createRealtimeStt(realtimeSttOptions.parse({ model: 'm-1', ...options }), context),
    })
    closing = () => rig.close()
    const events: SttEvent[] = []
    const open = (language = 'en-GB') =>
      rig.provider.open({ language, clock: rig.clock, onEvent: event => void events.push(event) })
    return { rig, events, open }
  }

  it('sends what the vendor’s schema allows, with the language as the vendor names it', async () => {
    const { rig, events, open } = await simulated({
      prompt: 'names of ships',
      keywords: ['Ñandú'],
      delay: 'low',
      noiseReduction: 'far_field',
      confidence: true,
    })
    const stream = open()
    stream.begin(0)
    hear(stream, codeSpeech('good day', RATE).samples, 0)
    stream.finish(500)
    await rig.pump(until(() => events.some(({ kind }) => kind === 'finished')))
    for (const kind of ['strict', 'wire'])
      expect(misfitsOf(`openai/realtime.${kind}`, 'ClientEvent')(rig.sim.received)).toEqual([])
    expect(rig.sim.received[0]?.message).toMatchObject({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: { input: { turn_detection: null, transcription: { model: 'm-1', language: 'en' } } },
      },
    })
    stream.close()
  })

  it('sends only what was spoken, from a little before its start', async () => {
    const { rig, events, open } = await simulated({ prerollMs: 200 })
    const stream = open()
    hear(stream, sound(1_000), 0)
    hear(stream, codeSpeech('heard', RATE).samples, 1_000)
    stream.begin(1_000)
    hear(stream, sound(100), 1_140)
    stream.finish(1_200)
    hear(stream, sound(5_000), 1_240)
    await rig.pump(until(() => events.some(({ kind }) => kind === 'finished')))
    const audio = rig.sim.received
      .map(({ message }) => (message as Event).audio as string | undefined)
      .flatMap(base64 => (base64 === undefined ? [] : [Buffer.from(base64, 'base64')]))
    const bytes = Buffer.concat(audio)
    const samples = Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2))
    expect(samples.length / 24).toBe(200 + 140 + 100)
    expect(readSpeech(samples, RATE).words[0]).toEqual({ text: 'heard', startMs: 200, endMs: 300 })
    expect(events.find(({ kind }) => kind === 'final')).toMatchObject({ startMs: 800, endMs: 1_200 })
    stream.close()
  })

  it('says that the stream is lost when the vendor ends the session', async () => {
    const rig = await openRig({
      name: '',
      openSim: options => openOpenAiRealtimeSim({ ...options, sessionMs: 5_000 }),
      create: context => createRealtimeStt(realtimeSttOptions.parse({ model: 'm-1' }), context),
    })
    closing = () => rig.close()
    const events: SttEvent[] = []
    rig.provider.open({ language: 'en', clock: rig.clock, onEvent: event => void events.push(event) })
    await rig.pump(
      until(() => events.length > 0),
      50,
    )
    expect(events).toMatchObject([
      {
        kind: 'lost',
        error: { code: 'provider_failed', retryable: true, details: { vendorCode: 'session_expired' } },
      },
    ])
  })

  it('takes the connection that was warmed', async () => {
    const { rig, open } = await simulated()
    await rig.provider.warm?.()
    await rig.pump(until(() => rig.sim.counts.sockets === 1))
    const stream = open()
    await rig.pump(rig.clock.sleep(100))
    expect(rig.sim.counts.sockets).toBe(1)
    stream.close()
  })

  async function scripted(options: object = {}) {
    const server = scriptedServer()
    const stt = createRealtimeStt(realtimeSttOptions.parse({ model: 'm-1', ...options }), server.context)
    const events: SttEvent[] = []
    const stream = stt.open({
      language: 'en',
      clock: server.clock,
      onEvent: event => void events.push(event),
    })
    const say = (ms: number, atMs: number) => {
      stream.begin(atMs)
      hear(stream, sound(ms), atMs)
      stream.finish(atMs + ms)
    }
    return { server, stream, events, say, socket: await greet(server) }
  }

  function commits(socket: ScriptedSocket): string[] {
    return socket.saidOf('input_audio_buffer.commit').map(({ event_id }) => event_id)
  }

  const committed = (id: string) => ({
    type: 'input_audio_buffer.committed',
    item_id: id,
    previous_item_id: null,
  })
  const completed = (id: string, transcript: string, more = {}) => ({
    type: item('completed'),
    item_id: id,
    content_index: 0,
    transcript,
    usage: { type: 'tokens', total_tokens: 3, input_tokens: 2, output_tokens: 1 },
    ...more,
  })

  it('tells utterances in the order they were spoken, whatever order their texts come in', async () => {
    const { socket, events, say } = await scripted()
    say(200, 0)
    say(300, 1_000)
    socket.say(committed('a'), committed('b'), completed('b', 'second'), completed('a', 'first'))
    expect(events.map(event => (event.kind === 'final' ? event.text : event.kind))).toEqual([
      'first',
      'usage',
      'finished',
      'second',
      'usage',
      'finished',
    ])
    expect(events).toContainEqual({ kind: 'usage', audioMs: 300 })
  })

  it('drops late words of an utterance that is over', async () => {
    const { socket, events, say, stream } = await scripted()
    say(200, 0)
    socket.say(committed('a'), completed('a', 'first'))
    stream.begin(1_000)
    hear(stream, sound(200), 1_000)
    const told = events.length
    socket.say({ type: item('delta'), item_id: 'a', content_index: 0, delta: 'late' }, completed('a', 'late'))
    expect(events).toHaveLength(told)
    socket.say({ type: item('delta'), item_id: 'b', content_index: 0, delta: 'next' })
    expect(events.at(-1)).toMatchObject({ kind: 'partial', text: 'next' })
  })

  it('answers a commit that the vendor finds empty', async () => {
    const { socket, events, say } = await scripted()
    say(200, 0)
    const error = {
      type: 'invalid_request_error',
      code: 'input_audio_buffer_commit_empty',
      message: 'too small',
    }
    socket.say({ type: 'error', error: { ...error, event_id: commits(socket)[0] } })
    expect(events).toEqual([{ kind: 'finished', atMs: 200 }])
  })

  it('does not commit less than the vendor takes', async () => {
    const { socket, events, say } = await scripted()
    say(60, 0)
    expect(commits(socket)).toEqual([])
    expect(socket.saidOf('input_audio_buffer.clear')).toHaveLength(1)
    expect(events).toEqual([{ kind: 'finished', atMs: 60 }])
  })

  it('lives through sound that cannot be recognised', async () => {
    const { socket, events, say } = await scripted()
    say(200, 0)
    const error = {
      type: 'transcription_error',
      code: 'audio_unintelligible',
      message: 'The audio could not be transcribed.',
    }
    socket.say(committed('a'), { type: item('failed'), item_id: 'a', content_index: 0, error })
    expect(events).toMatchObject([
      { kind: 'error', error: { code: 'provider_rejected' } },
      { kind: 'finished', atMs: 200 },
    ])
    say(200, 1_000)
    socket.say(committed('b'), completed('b', 'but this'))
    expect(events.find(({ kind }) => kind === 'final')).toMatchObject({ text: 'but this' })
  })

  it('makes a confidence of the probabilities of tokens', async () => {
    const { socket, events, say } = await scripted({ confidence: true })
    say(200, 0)
    const logprobs = [-0.1, -0.3].map(logprob => ({ token: 'x', logprob, bytes: [] }))
    socket.say(committed('a'), completed('a', 'yes', { logprobs }))
    expect(events[0]).toMatchObject({ kind: 'final', confidence: Math.exp(-0.2) })
  })

  it('is lost when no text comes for what was committed', async () => {
    const { server, socket, events, say } = await scripted({ firstTimeoutMs: 1_000 })
    say(200, 0)
    socket.say(committed('a'))
    await server.clock.advance(999)
    expect(events).toEqual([])
    await server.clock.advance(1)
    expect(events).toMatchObject([{ kind: 'lost', error: { code: 'timeout' } }])
    expect(socket.closed).toBe(true)
    expect(server.outcomes[0]).toEqual({ kind: 'fine' })
  })

  it('goes on when a server never confirms its settings', async () => {
    const server = scriptedServer()
    const stt = createRealtimeStt(
      realtimeSttOptions.parse({ model: 'm-1', settingsTimeoutMs: 500 }),
      server.context,
    )
    const stream = stt.open({ language: 'en', clock: server.clock, onEvent: () => {} })
    await server.clock.advance(0)
    const socket = server.sockets[0] as ScriptedSocket
    socket.open()
    socket.say({ type: 'session.created', session: {} })
    stream.begin(0)
    hear(stream, sound(40), 0)
    expect(socket.saidOf('input_audio_buffer.append')).toEqual([])
    await server.clock.advance(500)
    expect(socket.saidOf('input_audio_buffer.append')).toHaveLength(2)
  })

  it('is lost when more sound waits for the connection than is kept', async () => {
    const server = scriptedServer()
    const options = realtimeSttOptions.parse({ model: 'm-1', maxWaitingMs: 1_000 })
    const events: SttEvent[] = []
    const stream = createRealtimeStt(options, server.context).open({
      language: 'en',
      clock: server.clock,
      onEvent: event => void events.push(event),
    })
    stream.begin(0)
    hear(stream, sound(2_000), 0)
    expect(events).toMatchObject([{ kind: 'lost', error: { code: 'too_large' } }])
  })

  it('tells a key that is refused from one that is spent', async () => {
    for (const [code, outcome, ours] of [
      ['invalid_api_key', 'refused', 'provider_refused'],
      ['insufficient_quota', 'spent', 'provider_quota'],
    ] as const) {
      const server = scriptedServer()
      const events: SttEvent[] = []
      createRealtimeStt(realtimeSttOptions.parse({ model: 'm-1' }), server.context).open({
        language: 'en',
        clock: server.clock,
        onEvent: event => void events.push(event),
      })
      await server.clock.advance(0)
      server.sockets[0]?.open()
      server.sockets[0]?.say({ type: 'error', error: { type: 'invalid_request_error', code, message: 'no' } })
      expect(events).toMatchObject([{ kind: 'lost', error: { code: ours } }])
      expect(server.outcomes).toEqual([{ kind: outcome }])
    }
  })
})
