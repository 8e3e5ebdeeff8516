import { writeWav } from '@parley/audio'
import type { SpeechPart, SpeechRequest, SttEvent, TextToSpeech } from '@parley/core'
import { type AudioDialect, codeSpeech, openOpenAiAudioSim, readSpeech } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { failureOf, openRig } from '../conformance/rig.test-kit.js'
import { until } from '../conformance/voice-suite.test-kit.js'
import type { Slot, VendorContext } from '../vendor.js'
import { compatibleStt, compatibleTts, openaiStt, openaiTts } from './audio-slots.js'

let closing = async () => {}
afterEach(() => closing())

async function rigOf<Provider extends { close(): Promise<void> }>(
  dialect: AudioDialect,
  slot: Slot<Provider>,
  { options, change = {} }: { readonly options: object; readonly change?: Partial<VendorContext> },
) {
  const rig = await openRig({
    name: '',
    openSim: given => openOpenAiAudioSim({ ...given, dialect }),
    create: context => slot.create(options, { ...context, ...change }),
  })
  closing = () => rig.close()
  return rig
}

async function collect(
  voice: TextToSpeech,
  request: Partial<SpeechRequest> & { text: string },
): Promise<SpeechPart[]> {
  const parts: SpeechPart[] = []
  for await (const part of voice.speak({ language: 'en', ...request }, new AbortController().signal))
    parts.push(part)
  return parts
}

function heard(parts: readonly SpeechPart[], rate = 24_000): string {
  const samples = parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))
  return readSpeech(Int16Array.from(samples), rate).text
}

const voice = { model: 'm-1', voice: 'v-1' }
const expression = { emotion: 'sad', speed: 1.5 } as const

describe('speech by HTTP', () => {
  it('carries the expression in instructions where the model takes them, and in the pace elsewhere', async () => {
    const openai = await rigOf('openai', openaiTts, {
      options: { transport: 'speech', ...voice, takesInstructions: true, instructions: 'A clerk.' },
    })
    await openai.pump(collect(openai.provider, { text: 'well', expression, voice: 'voice_2' }))
    const [first] = openai.sim.received
    expect(misfitsOf('openai/audio.strict', 'SpeechCreateParams')(openai.sim.received)).toEqual([])
    expect(first?.message).toEqual({
      model: 'm-1',
      input: 'well',
      voice: { id: 'voice_2' },
      response_format: 'pcm',
      speed: 1.5,
      instructions: 'A clerk. Speak sadly.',
    })
    await openai.close()
    const other = await rigOf('openai', compatibleTts, { options: voice })
    await other.pump(collect(other.provider, { text: 'well', expression: { emotion: 'sad' } }))
    expect(other.sim.received[0]?.message).toEqual({
      model: 'm-1',
      input: 'well',
      voice: 'v-1',
      response_format: 'pcm',
      speed: 0.86,
    })
  })

  it('asks speaches for a rate and for events, and Kokoro for a stream', async () => {
    const speaches = await rigOf('speaches', compatibleTts, {
      options: { profile: 'speaches', ...voice, sampleRate: 16_000, sse: true },
    })
    const parts = await speaches.pump(collect(speaches.provider, { text: 'hola a todos' }))
    expect(heard(parts, 16_000)).toBe('hola a todos')
    expect(speaches.sim.received[0]?.message).toMatchObject({ sample_rate: 16_000, stream_format: 'sse' })
    await speaches.close()
    const kokoro = await rigOf('kokoro', compatibleTts, {
      options: { profile: 'kokoro', ...voice, langCode: 'e' },
    })
    expect(heard(await kokoro.pump(collect(kokoro.provider, { text: 'hello' })))).toBe('hello')
    expect(kokoro.sim.received[0]).toMatchObject({
      path: '/v1/audio/speech',
      message: { stream: true, lang_code: 'e' },
    })
  })

  it('places the words of a long text, spoken in several requests, one behind the other', async () => {
    const rig = await rigOf('kokoro', compatibleTts, {
      options: { profile: 'kokoro', ...voice, wordTimes: true, maxCharacters: 100 },
    })
    const text = `${'word '.repeat(18)}end. ${'more '.repeat(10)}and done.`
    const parts = await rig.pump(collect(rig.provider, { text }))
    expect(heard(parts)).toBe(text.trim())
    expect(rig.sim.received.map(({ path }) => path)).toEqual([
      '/dev/captioned_speech',
      '/dev/captioned_speech',
    ])
    const words = parts.flatMap(part => (part.kind === 'word' ? [part] : []))
    const written = codeSpeech(text, 24_000).words
    expect(words.map(word => word.text)).toEqual(written.map(word => word.text))
    for (const [at, word] of words.entries())
      expect(Math.abs(word.startMs - (written[at]?.startMs ?? 0))).toBeLessThanOrEqual(1)
    expect(parts.at(-1)).toEqual({ kind: 'usage', characters: text.length })
  })

  function answering(contentType: string, body: Uint8Array<ArrayBuffer>) {
    const response = () => new Response(body, { headers: { 'content-type': contentType } })
    return { fetch: () => Promise.resolve(response()) }
  }

  it.each([
    ['audio/wav', 'provider_failed', Uint8Array.of(1)],
    ['audio/mpeg', 'provider_rejected', Uint8Array.of(1, 2)],
    ['text/html', 'provider_failed', Uint8Array.of(1, 2)],
    ['audio/pcm', 'provider_failed', new Uint8Array(0)],
    ['audio/wav', 'bad_config', Uint8Array.from(writeWav({ sampleRate: 8_000, samples: new Int16Array(9) }))],
  ])('does not take %s for speech (%s)', async (type, code, body) => {
    const rig = await rigOf('openai', compatibleTts, { options: voice, change: answering(type, body) })
    expect((await rig.pump(failureOf(collect(rig.provider, { text: 'hello' })))).code).toBe(code)
  })

  it('takes a WAV for what it is', async () => {
    const { samples } = codeSpeech('from a file', 24_000)
    const wav = Uint8Array.from(writeWav({ sampleRate: 24_000, samples }))
    const rig = await rigOf('openai', compatibleTts, { options: voice, change: answering('audio/wav', wav) })
    expect(heard(await rig.pump(collect(rig.provider, { text: 'from a file' })))).toBe('from a file')
  })

  it('opens its connection ahead, and says when nobody is there', async () => {
    const rig = await rigOf('openai', compatibleTts, { options: voice })
    await rig.pump(rig.provider.warm?.() ?? Promise.resolve())
    expect([rig.sim.counts.requests, rig.warnings]).toEqual([1, []])
    await rig.sim.close()
    await rig.pump(rig.provider.warm?.() ?? Promise.resolve())
    expect(rig.warnings.map(({ code }) => code)).toEqual(['provider_unreachable'])
  })
})

describe('recognition by files', () => {
  async function recognise(dialect: AudioDialect, slot: typeof openaiStt, options: object, text: string) {
    const rig = await rigOf(dialect, slot, { options })
    const { provider, clock } = rig
    const events: SttEvent[] = []
    const stream = provider.open({ language: 'es-MX', clock, onEvent: event => void events.push(event) })
    const { samples } = codeSpeech(text, provider.sampleRate)
    const size = provider.sampleRate / 50
    stream.begin(5_000)
    for (let at = 0; at < samples.length; at += size)
      stream.hear({
        samples: samples.slice(at, at + size),
        rate: provider.sampleRate,
        atMs: 5_000 + (at / size) * 20,
      })
    const endMs = 5_000 + (samples.length * 1000) / provider.sampleRate
    stream.finish(endMs)
    await rig.pump(until(() => events.some(({ kind }) => kind === 'finished' || kind === 'lost')))
    return { rig, events, received: rig.sim.received[0], endMs }
  }

  it('streams from OpenAI, in the caller’s language', async () => {
    const options = { transport: 'file', model: 'm-1', prompt: 'Ñandú' }
    const { events, received, endMs } = await recognise('openai', openaiStt, options, 'uno dos tres')
    expect(received).toEqual({
      path: '/v1/audio/transcriptions',
      message: { model: 'm-1', language: 'es', prompt: 'Ñandú', response_format: 'json', stream: 'true' },
    })
    expect(events).toMatchObject([
      { kind: 'partial', text: 'uno' },
      { kind: 'partial', text: 'uno dos' },
      { kind: 'partial', text: 'uno dos tres' },
      { kind: 'final', text: 'uno dos tres', startMs: 5_000, endMs },
      { kind: 'usage', audioMs: endMs - 5_000 },
      { kind: 'finished', atMs: endMs },
    ])
  })

  it('streams the chunks of vLLM', async () => {
    const { events, rig } = await recognise(
      'vllm',
      compatibleStt,
      { profile: 'vllm', model: 'm-1' },
      'uno dos',
    )
    expect(events.map(event => ('text' in event ? event.text : event.kind))).toEqual([
      'uno',
      'uno dos',
      'uno dos',
      'usage',
      'finished',
    ])
    expect(rig.sim.complaints).toEqual([])
  })

  it('needs no model for whisper.cpp and goes where it takes files', async () => {
    const { events, received, rig } = await recognise(
      'whisper.cpp',
      compatibleStt,
      { profile: 'whisper.cpp' },
      'uno',
    )
    expect(received).toEqual({ path: '/inference', message: { language: 'es', response_format: 'json' } })
    expect(events[0]).toMatchObject({ kind: 'final', text: 'uno' })
    expect(rig.sim.complaints).toEqual([])
  })

  it('places words where they were spoken', async () => {
    const options = { profile: 'speaches', model: 'm-1', wordTimes: true }
    const { events, received } = await recognise('speaches', compatibleStt, options, 'uno dos')
    expect(received?.message).toMatchObject({ 'timestamp_granularities[]': 'word' })
    expect(events[0]).toMatchObject({
      kind: 'final',
      words: [
        { text: 'uno', startMs: 5_000, endMs: 5_060 },
        { text: 'dos', startMs: 5_100, endMs: 5_160 },
      ],
    })
  })

  it('cuts what is longer than one request may be', async () => {
    const options = { profile: 'generic', model: 'm-1', longestMs: 1_000 }
    const text = 'alfa beta gama delta epsilon dseta eta theta iota kappa lambda'
    const { events, rig } = await recognise('speaches', compatibleStt, options, text)
    const finals = events.flatMap(event => (event.kind === 'final' ? [event] : []))
    expect(finals).toHaveLength(2)
    expect(finals[0]?.endMs).toBe(6_000)
    expect(rig.sim.counts.requests).toBe(2)
    expect(events.filter(({ kind }) => kind === 'finished')).toHaveLength(1)
    expect(events.at(-1)?.kind).toBe('finished')
  })
})
