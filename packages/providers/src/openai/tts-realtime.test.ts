import type { SpeechPart, SpeechRequest, TextToSpeech } from '@parley/core'
import { openOpenAiRealtimeSim, readSpeech, type VendorSim } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { failureOf, openRig } from '../conformance/rig.test-kit.js'
import { until } from '../conformance/voice-suite.test-kit.js'
import { realtimeTtsOptions } from './audio-options.js'
import { type Event, greet, type ScriptedSocket, scriptedServer } from './scripted-realtime.test-kit.js'
import { createRealtimeTts } from './tts-realtime.js'

const optionsOf = (options: object) => realtimeTtsOptions.parse({ model: 'm-1', voice: 'v-1', ...options })

async function collect(
  voice: TextToSpeech,
  request: Partial<SpeechRequest> & { text: string },
  signal = new AbortController().signal,
): Promise<SpeechPart[]> {
  const parts: SpeechPart[] = []
  for await (const part of voice.speak({ language: 'en', ...request }, signal)) parts.push(part)
  return parts
}

function heard(parts: readonly SpeechPart[]): string {
  const samples = parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))
  return readSpeech(Int16Array.from(samples), 24_000).text
}

describe('speech through OpenAI Realtime', () => {
  let closing = async () => {}
  afterEach(() => closing())

  async function simulated(options: object = {}, brains = {}, sim = {}) {
    const rig = await openRig(
      {
        name: '',
        openSim: given => openOpenAiRealtimeSim({ ...given, ...sim }),
        create: context => createRealtimeTts(optionsOf(options), context),
      },
      brains,
    )
    closing = () => rig.close()
    return rig
  }

  const sentOf = (sim: VendorSim, type: string) =>
    sim.received.map(({ message }) => message as Event).filter(message => message.type === type)

  it('sends what the vendor’s schema allows, and asks for a reading outside the conversation', async () => {
    const rig = await simulated({ instructions: 'You are a clerk.' })
    const expression = { emotion: 'cheerful', style: 'newsreader', speed: 1.2 } as const
    expect(heard(await rig.pump(collect(rig.provider, { text: 'Is it you?', expression })))).toBe(
      'Is it you?',
    )
    for (const kind of ['strict', 'wire'])
      expect(misfitsOf(`openai/realtime.${kind}`, 'ClientEvent')(rig.sim.received)).toEqual([])
    const [update] = sentOf(rig.sim, 'session.update')
    expect(update?.session.audio).toMatchObject({
      input: { turn_detection: null },
      output: { voice: 'v-1', speed: 1.2 },
    })
    const [{ response } = { response: undefined }] = sentOf(rig.sim, 'response.create')
    expect(response).toMatchObject({
      conversation: 'none',
      output_modalities: ['audio'],
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Is it you?' }] }],
    })
    expect(response.instructions).toMatch(
      /^You are a clerk\. Read the text .* smile\. Speak as a newsreader\.$/,
    )
    expect(rig.warnings).toEqual([])
  })

  it('warns when the model did not read a text as written', async () => {
    const rig = await simulated({}, { think: () => [{ kind: 'text', text: 'I cannot help with that.' }] })
    await rig.pump(collect(rig.provider, { text: 'Read this aloud.' }))
    expect(rig.warnings).toHaveLength(1)
    expect(rig.warnings[0]?.message).toBe('OpenAI Realtime did not read a text as written.')
    expect(rig.warnings[0]?.details).toMatchObject({ askedText: 'Read this aloud.' })
  })

  it('cancels by the id of the response and drops what is still on its way', async () => {
    const rig = await simulated({}, {}, { strayDeltas: 3 })
    rig.sim.behave({ everyMs: 20 })
    const own = new AbortController()
    const iterator = rig.provider
      .speak({ text: 'one two three four five six', language: 'en' }, own.signal)
      [Symbol.asyncIterator]()
    await rig.pump(iterator.next())
    own.abort()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    const next = rig.pump(collect(rig.provider, { text: 'seven' }))
    expect(heard(await next)).toBe('seven')
    const done = rig.sim.sent
      .map(({ message }) => message as Event)
      .filter(({ type }) => type === 'response.done')
    expect(done[0]?.response).toMatchObject({ status: 'cancelled' })
    expect(sentOf(rig.sim, 'response.cancel')).toMatchObject([{ response_id: done[0]?.response.id }])
    expect(rig.sim.complaints).toEqual([])
    expect(rig.sim.counts.sockets).toBe(1)
  })

  it('cancels a clause whose response was not yet made known', async () => {
    const server = scriptedServer()
    const voice = createRealtimeTts(optionsOf({}), server.context)
    const own = new AbortController()
    const speaking = collect(voice, { text: 'never mind' }, own.signal)
    const socket = await greet(server)
    const [{ response } = { response: undefined }] = socket.saidOf('response.create')
    own.abort()
    expect(await speaking).toEqual([])
    expect(socket.saidOf('response.cancel')).toEqual([])
    socket.say({ type: 'response.created', response: { id: 'resp_1', metadata: response.metadata } })
    expect(socket.saidOf('response.cancel')).toMatchObject([{ response_id: 'resp_1' }])
  })

  it('opens another connection when one has enough to do, and keeps one', async () => {
    const rig = await simulated({ perConnection: 2, keepWarm: 1 })
    rig.sim.behave({ everyMs: 5 })
    const texts = ['one one', 'two two', 'three three', 'four four', 'five five']
    const all = await rig.pump(Promise.all(texts.map(text => collect(rig.provider, { text }))))
    expect(all.map(heard)).toEqual(texts)
    expect(rig.sim.counts.sockets).toBe(3)
    await rig.pump(until(() => rig.sim.counts.open === 1))
  })

  it('speaks over the connection that was warmed', async () => {
    const rig = await simulated()
    await rig.pump(rig.provider.warm?.() ?? Promise.resolve())
    expect(rig.sim.counts.sockets).toBe(1)
    await rig.pump(collect(rig.provider, { text: 'hello' }))
    expect(rig.sim.counts.sockets).toBe(1)
  })

  it('has a connection of its own for each voice and pace', async () => {
    const rig = await simulated({ keepWarm: 4 })
    for (const request of [
      {},
      { voice: 'voice_2' },
      { expression: { speed: 1.5 } },
      { expression: { speed: 9 } },
      {},
    ])
      await rig.pump(collect(rig.provider, { text: 'hello', ...request }))
    const outputs = sentOf(rig.sim, 'session.update').map(({ session }) => session.audio.output)
    expect(outputs.map(({ voice, speed }) => [voice, speed])).toEqual([
      ['v-1', 1],
      [{ id: 'voice_2' }, 1],
      ['v-1', 1.5],
    ])
  })

  it('opens a new connection before the vendor ends the old one', async () => {
    const rig = await simulated({ retireMs: 60_000 })
    await rig.pump(collect(rig.provider, { text: 'hello' }))
    await rig.pump(rig.clock.sleep(60_001), 5_000)
    expect(heard(await rig.pump(collect(rig.provider, { text: 'again' })))).toBe('again')
    expect(rig.sim.counts.sockets).toBe(2)
    await rig.pump(until(() => rig.sim.counts.open === 1))
  })

  it('opens a new connection when an idle one was lost, without a word', async () => {
    const rig = await simulated({}, {}, { sessionMs: 2_000 })
    await rig.pump(collect(rig.provider, { text: 'hello' }))
    await rig.pump(
      until(() => rig.sim.counts.open === 0),
      100,
    )
    expect(heard(await rig.pump(collect(rig.provider, { text: 'again' })))).toBe('again')
    expect(rig.warnings).toEqual([])
  })

  it('fails when a text comes to no sound, and not when there was nothing to say', async () => {
    const rig = await simulated({}, { think: () => [] })
    expect((await rig.pump(failureOf(collect(rig.provider, { text: 'Hello.' })))).code).toBe(
      'provider_failed',
    )
    expect(await rig.pump(collect(rig.provider, { text: '…' }))).toEqual([{ kind: 'usage', characters: 1 }])
  })

  it('asks nothing for a text without a sign in it', async () => {
    const rig = await simulated()
    expect(await rig.pump(collect(rig.provider, { text: ' \n' }))).toEqual([])
    expect(rig.sim.counts.sockets).toBe(0)
  })

  it('does not use a connection again on which a response stood still', async () => {
    const rig = await simulated({ firstTimeoutMs: 1_000 })
    rig.sim.behave({ fault: { kind: 'hang', stage: 'first', times: 1 } })
    expect((await rig.pump(failureOf(collect(rig.provider, { text: 'one' })), 50)).code).toBe('timeout')
    expect(heard(await rig.pump(collect(rig.provider, { text: 'two' })))).toBe('two')
    expect(rig.sim.counts.sockets).toBe(2)
  })

  it.each([
    ['invalid_value', 'provider_rejected'],
    ['server_error', 'provider_failed'],
  ])('fails a clause whose request is refused with %s, and only that', async (vendorCode, ours) => {
    const server = scriptedServer()
    const voice = createRealtimeTts(optionsOf({}), server.context)
    const failing = failureOf(collect(voice, { text: 'bad' }))
    const going = collect(voice, { text: 'good' })
    const socket: ScriptedSocket = await greet(server)
    const [bad, good] = socket.saidOf('response.create')
    const error = {
      type: 'invalid_request_error',
      code: vendorCode,
      message: 'no',
      event_id: bad?.event_id,
    }
    socket.say({ type: 'error', error })
    expect((await failing).code).toBe(ours)
    const delta = Buffer.from(new Int16Array([1, 2, 3]).buffer).toString('base64')
    const response = { id: 'resp_2', status: 'completed', metadata: good?.response.metadata }
    socket.say(
      { type: 'response.created', response },
      { type: 'something.new', response_id: 'resp_2' },
      { type: 'response.output_audio.delta', response_id: 'resp_2', delta },
      { type: 'response.done', response },
    )
    expect(await going).toMatchObject([{ kind: 'audio', samples: Int16Array.of(1, 2, 3) }, { kind: 'usage' }])
  })
})
