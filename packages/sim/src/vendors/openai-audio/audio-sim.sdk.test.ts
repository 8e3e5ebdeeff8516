import { writeWav } from '@parley/audio'
import { systemClock } from '@parley/core'
import OpenAI, { toFile } from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import { schemaCheck } from '../openai-realtime/realtime-client.test-kit.js'
import type { VendorSim } from '../vendor-sim.js'
import { audioDialects } from './audio-dialect.js'
import { type AudioSimOptions, openOpenAiAudioSim } from './audio-sim.js'

let sim: VendorSim
afterEach(() => sim.close())

async function open(options: Partial<AudioSimOptions> = {}): Promise<OpenAI> {
  sim = await openOpenAiAudioSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains(),
    keys: ['sk-test'],
    ...options,
  })
  return new OpenAI({ apiKey: 'sk-test', baseURL: sim.baseUrl, maxRetries: 0 })
}

const wav = (text: string) => {
  const { samples } = codeSpeech(text, 16_000)
  return toFile(writeWav({ sampleRate: 16_000, samples }), 'speech.wav')
}
const pcmOf = (bytes: Buffer) =>
  Int16Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readInt16LE(at * 2))

describe('simulated OpenAI audio, with the SDK', () => {
  it('speaks as plain PCM', async () => {
    const client = await open()
    const reply = await client.audio.speech.create({
      model: 'm-1',
      voice: 'v-1',
      input: 'hello there',
      response_format: 'pcm',
    })
    const sound = pcmOf(Buffer.from(await reply.arrayBuffer()))
    expect(readSpeech(sound, 24_000).text).toBe('hello there')
    const request = schemaCheck('audio.strict.schema.json', 'SpeechCreateParams')
    expect(sim.received.map(({ message }) => request(message))).toEqual([''])
  })

  it('speaks as events', async () => {
    const client = await open()
    const reply = await client.audio.speech.create({
      model: 'm-1',
      voice: 'v-1',
      input: 'hello there',
      response_format: 'pcm',
      stream_format: 'sse',
    })
    const events = (await reply.text()).split('\n\n').filter(Boolean)
    const messages = events.map(event => JSON.parse(event.replace(/^data: /, '')))
    const bytes = messages.flatMap(({ audio }) => (audio ? [Buffer.from(audio, 'base64')] : []))
    expect(readSpeech(pcmOf(Buffer.concat(bytes)), 24_000).text).toBe('hello there')
    expect(messages.at(-1)).toMatchObject({ type: 'speech.audio.done', usage: { total_tokens: 2 } })
  })

  it('transcribes a file', async () => {
    const client = await open()
    const reply = await client.audio.transcriptions.create({ model: 'm-1', file: await wav('one two three') })
    expect(reply.text).toBe('one two three')
    const strict = schemaCheck('audio.strict.schema.json', 'Transcription')
    expect(sim.sent.map(({ message }) => strict(message))).toEqual([''])
  })

  it('gives the times of words where asked', async () => {
    const client = await open()
    const reply = await client.audio.transcriptions.create({
      model: 'm-1',
      file: await wav('ab cd'),
      response_format: 'verbose_json',
      timestamp_granularities: ['word'],
    })
    expect(reply.words).toEqual([
      { word: 'ab', start: 0, end: 0.04 },
      { word: 'cd', start: 0.08, end: 0.12 },
    ])
  })

  it('streams a transcript', async () => {
    const client = await open()
    const stream = await client.audio.transcriptions.create({
      model: 'm-1',
      file: await wav('one two three'),
      stream: true,
    })
    const deltas: string[] = []
    let whole = ''
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') deltas.push(event.delta)
      if (event.type === 'transcript.text.done') whole = event.text
    }
    expect(deltas).toEqual(['one', ' two', ' three'])
    expect(whole).toBe('one two three')
    const strict = schemaCheck('audio.strict.schema.json', 'TranscriptionStreamEvent')
    expect(sim.sent.map(({ message }) => strict(message)).filter(Boolean)).toEqual([])
  })

  it('refuses in the vendor’s words what the vendor would refuse', async () => {
    const client = await open()
    const base = { model: 'm-1', voice: 'v-1', response_format: 'pcm' } as const
    await expect(client.audio.speech.create({ ...base, input: 'x'.repeat(5_000) })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    })
    await expect(client.audio.speech.create({ ...base, input: 'x', speed: 9 })).rejects.toThrow('speed')
    const file = await toFile(Buffer.from('no sound'), 'speech.wav')
    await expect(client.audio.transcriptions.create({ model: 'm-1', file })).rejects.toThrow('corrupted')
    expect(sim.complaints).toHaveLength(3)
    const stranger = new OpenAI({ apiKey: 'sk-wrong', baseURL: sim.baseUrl, maxRetries: 0 })
    await expect(stranger.audio.speech.create({ ...base, input: 'x' })).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    })
  })

  it.each(audioDialects)('has the error bodies of %s', async dialect => {
    await open({ dialect })
    const reply = await fetch(`${sim.baseUrl}/nowhere`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
    })
    expect(reply.status).toBe(404)
    const body = (await reply.json()) as { error?: unknown; detail?: unknown }
    expect('detail' in body).toBe(dialect === 'kokoro' || dialect === 'speaches')
    expect('error' in body).toBe(dialect === 'openai' || dialect === 'vllm' || dialect === 'whisper.cpp')
  })
})
