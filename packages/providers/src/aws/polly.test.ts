import { PollyClient, SynthesizeSpeechCommand } from '@aws-sdk/client-polly'
import type { Emotion, SpeechPart, SpeechRequest, TextToSpeech } from '@parley/core'
import { openPollySim, readSpeech, readSsml } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from '../conformance/rig.test-kit.js'
import { polly } from './index.js'
import { polly as pollyVoice } from './polly.js'

const account = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDSIM', secretAccessKey: 'hush' } }

let rig: Rig<TextToSpeech>
let options: object = {}

const open = () =>
  openRig<TextToSpeech>({
    name: 'polly',
    openSim: given => openPollySim({ ...given, keys: ['AKIDSIM'] }),
    create(context) {
      const voice = polly.tts?.create(
        { ...account, voice: 'Joanna', engine: 'standard', ...options },
        context,
      )
      if (voice === undefined) throw new Error('no voice')
      return voice
    },
  })

beforeEach(async () => {
  options = {}
  rig = await open()
})
afterEach(() => rig.close())

async function reopen(changed: object): Promise<void> {
  await rig.close()
  options = changed
  rig = await open()
}

async function collect(request: Partial<SpeechRequest>): Promise<SpeechPart[]> {
  const parts: SpeechPart[] = []
  const signal = new AbortController().signal
  for await (const part of rig.provider.speak({ text: 'Hello there.', language: 'en', ...request }, signal))
    parts.push(part)
  return parts
}

const speak = (request: Partial<SpeechRequest> = {}) => rig.pump(collect(request))
const samplesOf = (parts: readonly SpeechPart[]) =>
  Int16Array.from(parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : [])))
const wordsOf = (parts: readonly SpeechPart[]) => parts.flatMap(part => (part.kind === 'word' ? [part] : []))
const sent = () => rig.sim.received.map(({ message }) => message as Readonly<Record<string, unknown>>)

describe('Amazon Polly', () => {
  it('keeps one connection for all clauses, and makes another when it is gone', async () => {
    for (let use = 0; use < 5; use++) await speak()
    expect(rig.sim.counts).toMatchObject({ sockets: 1, requests: 5 })
    rig.sim.behave({ fault: { kind: 'refuse', stage: 'connect', times: 1 } })
    await expect(speak()).rejects.toMatchObject({ code: 'provider_unreachable' })
    await speak()
    expect(rig.sim.counts).toMatchObject({ sockets: 2, requests: 7 })
  })

  it.each<[string, Emotion, object]>([
    ['standard', 'low', { rate: '85%', pitch: '-10.9%', volume: '-2dB' }],
    ['standard', 'high', { rate: '112%', pitch: '+18.9%', volume: '+2dB' }],
    ['neural', 'high', { rate: '112%', volume: '+2dB' }],
    ['neural', 'detached', { rate: '95%' }],
  ])('tells a voice of the engine %s to be %s by what it takes', async (engine, emotion, attributes) => {
    await reopen({ engine })
    expect(
      readSpeech(samplesOf(await speak({ text: 'Tom & <b>', expression: { emotion } })), 16_000).text,
    ).toBe('Tom & <b>')
    const [request] = sent()
    const ssml = readSsml(String(request?.Text))
    expect(request).toMatchObject({ TextType: 'ssml', Engine: engine })
    expect(ssml?.elements.find(({ name }) => name === 'prosody')?.attributes).toEqual(attributes)
    expect(rig.sim.complaints).toEqual([])
  })

  it('sends plain text where nothing is asked of the voice, or the engine takes nothing', async () => {
    await speak({ expression: { emotion: 'neutral' } })
    expect(sent()[0]).toMatchObject({ Text: 'Hello there.', TextType: 'text' })
    await reopen({ engine: 'generative' })
    await speak({ expression: { emotion: 'high', style: 'whisper' } })
    expect(sent()[0]).toMatchObject({ Text: 'Hello there.', TextType: 'text' })
  })

  it('whispers with a standard voice', async () => {
    await speak({ expression: { style: 'whisper' } })
    expect(sent()[0]?.Text).toBe(
      '<speak><amazon:effect name="whispered">Hello there.</amazon:effect></speak>',
    )
    expect(rig.sim.complaints).toEqual([])
  })

  it('gives words their exact times, within SSML and beyond ASCII', async () => {
    await reopen({ wordTimes: true, engine: 'neural' })
    const text = 'Señor “Müller” & 25 € — 😀 good bye'
    const parts = await speak({ text, expression: { emotion: 'sad' } })
    const said = readSpeech(samplesOf(parts), 16_000).words
    const words = wordsOf(parts)
    expect(words.map(word => word.text).join(' ')).toBe(text)
    for (const [index, { startMs, endMs }] of words.entries()) {
      expect(Math.abs(startMs - (said[index]?.startMs ?? 0))).toBeLessThan(2)
      expect(Math.abs(endMs - (said[index]?.endMs ?? 0))).toBeLessThan(2)
    }
    expect(parts.at(-1)).toEqual({ kind: 'usage', characters: 2 * [...text].length })
    expect(rig.sim.complaints).toEqual([])
  })

  it('speaks without times where they cannot be had, and says so', async () => {
    await reopen({ wordTimes: true, engine: 'generative' })
    const parts = await speak()
    expect(readSpeech(samplesOf(parts), 16_000).text).toBe('Hello there.')
    expect(wordsOf(parts)).toEqual([])
    expect(rig.warnings.map(({ code }) => code)).toEqual(['provider_rejected'])
  })

  it('cuts what is over the limit, and times go on across the cuts', async () => {
    await reopen({ wordTimes: true, sampleRate: 8_000 })
    const text = Array.from({ length: 800 }, (_, at) => `w${at}&`).join(' ')
    const parts = await speak({ text })
    const said = readSpeech(samplesOf(parts), 8_000)
    expect(said.text).toBe(text)
    const words = wordsOf(parts)
    expect(words).toHaveLength(800)
    expect(Math.abs((words.at(-1)?.startMs ?? 0) - (said.words.at(-1)?.startMs ?? 0))).toBeLessThan(2)
    expect(rig.sim.complaints).toEqual([])
  })

  it('takes 400 with ThrottlingException as a limit', async () => {
    rig.sim.behave({ fault: { kind: 'limited', stage: 'connect', times: 1, retryAfterMs: 3_000 } })
    await expect(speak()).rejects.toMatchObject({
      code: 'provider_limited',
      retryable: true,
      details: { retryAfterMs: 3_000 },
    })
  })

  it('speaks each language in the voice named for it', async () => {
    await reopen({ voices: { es: 'Lucia', 'es-MX': 'Mia' } })
    for (const language of ['es-MX', 'es-AR', 'en-GB']) await speak({ language })
    expect(sent().map(({ VoiceId }) => VoiceId)).toEqual(['Mia', 'Lucia', 'Joanna'])
  })

  it('names the command where the SDK is not installed', async () => {
    const absent = Object.assign(new Error("Cannot find package '@aws-sdk/client-polly' imported from x"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    const { clock } = rig
    const context = { clock, epochMs: () => 0, baseUrl: '' } as unknown as Parameters<typeof pollyVoice>[1]
    const given = { voice: 'a', engine: 'standard', sampleRate: 16_000 } as Parameters<typeof pollyVoice>[0]
    const voice = pollyVoice(given, context, () => Promise.reject(absent))
    await expect(voice.warm?.()).rejects.toMatchObject({
      code: 'provider_missing',
      message: expect.stringContaining('npm install @aws-sdk/client-polly'),
    })
    await voice.close()
  })

  it.each([
    ['streaming with an engine that has none', { streaming: true }, 'streaming'],
    ['times where text is streamed', { streaming: true, engine: 'generative', wordTimes: true }, 'wordTimes'],
    ['a rate Polly does not have', { sampleRate: 24_000 }, 'sampleRate'],
  ])('refuses %s by the name of the option', (_, wrong, option) => {
    const create = () =>
      polly.tts?.create({ voice: 'a', engine: 'standard', ...wrong }, {} as Parameters<typeof pollyVoice>[1])
    expect(create).toThrow(
      expect.objectContaining({ code: 'bad_config', message: expect.stringContaining(option) }),
    )
  })
})

describe('the simulated Polly', () => {
  it.each([
    ['broken SSML', { Text: '<speak>a & b', TextType: 'ssml' }, 'InvalidSsmlException'],
    [
      'pitch for a neural voice',
      { Text: '<speak><prosody pitch="+5%">a</prosody></speak>', TextType: 'ssml', Engine: 'neural' },
      'InvalidSsmlException',
    ],
    ['more than 3,000 characters', { Text: 'a'.repeat(3_001) }, 'TextLengthExceededException'],
    ['a rate it does not have', { SampleRate: '44100' }, 'InvalidSampleRateException'],
    ['marks without json', { SpeechMarkTypes: ['word'] }, 'MarksNotSupportedForFormatException'],
  ])('answers %s as the vendor does', async (_, wrong, name) => {
    const client = new PollyClient({ ...structuredClone(account), endpoint: rig.sim.baseUrl, maxAttempts: 1 })
    const input = { OutputFormat: 'pcm', VoiceId: 'Joanna', Text: 'a', ...wrong } as ConstructorParameters<
      typeof SynthesizeSpeechCommand
    >[0]
    await expect(client.send(new SynthesizeSpeechCommand(input))).rejects.toMatchObject({ name })
    expect(rig.sim.complaints).toHaveLength(1)
    client.destroy()
  })
})
