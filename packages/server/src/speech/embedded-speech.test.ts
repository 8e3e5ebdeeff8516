import { createProsodyAnalyser, readWav, type UtteranceProsody } from '@parley/audio'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { embeddedVoices } from '../gateway/embedded-speech.js'
import { createLog } from '../log/log.js'
import { post, type SpeechRig, startSpeech } from './speech-rig.test-kit.js'

let rig: SpeechRig
let voices: Awaited<ReturnType<typeof embeddedVoices>>
beforeAll(async () => {
  const { config } = resolveConfig(readEnvironment({ LOG_LEVEL: 'silent' }, '/nonexistent'))
  voices = await embeddedVoices(createLog({ config, out: { write() {} }, err: { write() {} } }))
  rig = await startSpeech({ voices })
}, 60_000)
afterAll(async () => {
  await rig.stop()
  await Promise.all(voices.map(voice => voice.close()))
})

const english = 'The quick brown fox jumps over the lazy dog, and then it sleeps until the morning.'
const spanish = 'Mañana por la mañana salimos hacia la montaña con todos los amigos de la ciudad.'

interface Said {
  readonly voice: string | null
  readonly samples: Int16Array
  readonly durationMs: number
  readonly levelDb: number
  readonly semitones: number
  readonly range: number
}

async function say(body: object): Promise<Said> {
  const { json, headers } = await post(`${rig.url}/api/tts/synthesize`, body)
  const wav = readWav(Buffer.from(json().audio as string, 'base64'))
  return {
    voice: headers.get('x-voice'),
    samples: wav.samples,
    durationMs: wav.durationMs,
    ...heard(wav.samples),
  }
}

/** As our own ear tells the longest utterance: median and range of pitch, semitones, and level. */
function heard(samples: Int16Array): Pick<Said, 'levelDb' | 'semitones' | 'range'> {
  const analyser = createProsodyAnalyser({ rate: 16_000 })
  const told: (Pick<Said, 'levelDb' | 'semitones' | 'range'> & { readonly lengthMs: number })[] = []
  const sink = {
    frame() {},
    utterance({ fromMs, untilMs, levelDb, pitch }: UtteranceProsody) {
      const semitones = 12 * Math.log2((pitch?.medianHz ?? Number.NaN) / 100)
      const range = pitch?.rangeSemitones ?? Number.NaN
      told.push({ lengthMs: untilMs - fromMs, levelDb, semitones, range })
    },
  }
  analyser.hear(samples, sink)
  analyser.end(sink)
  const [longest] = told.sort((one, other) => other.lengthMs - one.lengthMs)
  return longest ?? { levelDb: Number.NaN, semitones: Number.NaN, range: Number.NaN }
}

describe.each([
  { voice: 'flite', text: english, language: 'en' },
  { voice: 'espeak-ng', text: english, language: 'en' },
  { voice: 'espeak-ng', text: spanish, language: 'es' },
])('$voice in $language', ({ voice, text, language }) => {
  it('says low, neutral, high and detached with other pitch, range, pace and level', async () => {
    const feel = (emotion: string) => say({ text, emotion, language, voice })
    const neutral = await feel('neutral')
    const [low, high, detached] = [await feel('low'), await feel('high'), await feel('detached')]
    expect([neutral, low, high, detached].map(each => each.voice)).toEqual(new Array(4).fill(voice))
    expect(low.durationMs / neutral.durationMs).toBeGreaterThan(1.1)
    expect(high.durationMs / neutral.durationMs).toBeLessThan(0.94)
    expect(detached.durationMs / neutral.durationMs).toBeGreaterThan(1.02)
    expect(low.semitones - neutral.semitones).toBeLessThan(-1)
    expect(high.semitones - neutral.semitones).toBeGreaterThan(1.5)
    expect(detached.range / neutral.range).toBeLessThan(0.75)
    expect(high.range / neutral.range).toBeGreaterThan(1.05)
    expect(low.levelDb - neutral.levelDb).toBeLessThan(-1)
    expect(high.levelDb - neutral.levelDb).toBeGreaterThan(1)
  })
})

describe('embedded voices', () => {
  it('speak the language that is asked for, English without one, and nothing that no voice has', async () => {
    expect((await say({ text: 'Hello.' })).voice).toBe('flite')
    expect((await say({ text: 'Hola.', language: 'es-MX' })).voice).toBe('espeak-ng')
    const none = await post(`${rig.url}/api/tts/synthesize`, { text: 'ꦲꦭꦺꦴ', language: 'jv' })
    expect(none.json()).toMatchObject({ fallback: true })
  })

  it('read markup and what looks like options of a program as text', async () => {
    const plain = await say({ text: 'Hello there.' })
    const marked = await say({
      text: '<speak><break time="9s"/>Hello there.</speak> -o /etc/passwd --setf x=1',
    })
    expect(marked.durationMs).toBeGreaterThan(plain.durationMs)
    expect(marked.durationMs).toBeLessThan(plain.durationMs + 8_000)
  })
})

describe('the SDK of OpenAI', () => {
  const client = (apiKey = 'anything') => new OpenAI({ baseURL: `${rig.url}/v1`, apiKey, maxRetries: 0 })
  const wanted = { model: 'tts-1', voice: 'alloy', input: 'Hello from the gateway.' } as const
  const refusal = async (change: object) =>
    client()
      .audio.speech.create({ ...wanted, ...change })
      .then(
        () => undefined,
        (error: unknown) => error,
      )

  it('gets WAV where it names no format, and samples, and Opus', async () => {
    const plain = await client().audio.speech.create(wanted)
    const wav = readWav(new Uint8Array(await plain.arrayBuffer()))
    expect(wav).toMatchObject({ sampleRate: 24_000, channels: 1 })
    expect(wav.durationMs).toBeGreaterThan(900)
    const pcm = await client().audio.speech.create({ ...wanted, response_format: 'pcm' })
    expect(pcm.headers.get('x-cache')).toBe('hit')
    expect(new Int16Array(await pcm.arrayBuffer())).toEqual(wav.samples)
    const opus = await client().audio.speech.create({ ...wanted, response_format: 'opus' })
    expect(opus.headers.get('content-type')).toBe('audio/ogg; codecs=opus')
    const bytes = Buffer.from(await opus.arrayBuffer())
    expect(bytes.subarray(28, 36).toString()).toBe('OpusHead')
  })

  it('hears speed and what instructions name, and chooses voices by name', async () => {
    const said = async (change: object) => {
      const response = await client().audio.speech.create({ ...wanted, response_format: 'pcm', ...change })
      return { bytes: (await response.arrayBuffer()).byteLength, voice: response.headers.get('x-voice') }
    }
    const plain = await said({})
    expect((await said({ speed: 2 })).bytes / plain.bytes).toBeLessThan(0.7)
    expect((await said({ instructions: 'Speak in a sad voice.' })).bytes / plain.bytes).toBeGreaterThan(1.1)
    expect((await said({ voice: 'espeak-ng' })).voice).toBe('espeak-ng')
    expect((await said({ model: 'espeak-ng' })).voice).toBe('espeak-ng')
    expect(await said({ model: 'flite', voice: 'rms' })).toMatchObject({ voice: 'flite' })
    expect(await said({ voice: { id: 'flite/rms' } })).toEqual(await said({ voice: 'rms' }))
  })

  it('gets events that hold the same sound', async () => {
    const events = await client().audio.speech.create({
      ...wanted,
      response_format: 'pcm',
      stream_format: 'sse',
    })
    expect(events.headers.get('content-type')).toContain('text/event-stream')
    const told = (await events.text())
      .split('\n\n')
      .filter(Boolean)
      .map(line => JSON.parse(line.replace(/^data: /, '')) as { type: string; audio?: string })
    expect(told.at(-1)).toMatchObject({ type: 'speech.audio.done' })
    const sound = Buffer.concat(told.map(({ audio = '' }) => Buffer.from(audio, 'base64')))
    const plain = await client().audio.speech.create({ ...wanted, response_format: 'pcm' })
    expect(sound).toEqual(Buffer.from(await plain.arrayBuffer()))
  })

  it('understands what is refused, and why', async () => {
    expect(await refusal({ response_format: 'mp3' })).toMatchObject({
      ...{ status: 400, param: 'response_format', code: 'invalid_value', type: 'invalid_request_error' },
      message: expect.stringContaining('wav, pcm or opus'),
    })
    expect(await refusal({ input: 'x'.repeat(4_097) })).toMatchObject({ status: 400, param: 'input' })
    expect(await refusal({ input: '' })).toMatchObject({ status: 400, param: 'input' })
    expect(await refusal({ input: '😀' })).toMatchObject({ status: 400, param: 'input' })
    expect(await refusal({ voice: 'bob' })).toMatchObject({ status: 400, param: 'voice' })
    expect(await refusal({ speed: 5 })).toMatchObject({ status: 400, param: 'speed' })
    expect(await refusal({ language: 'xx' })).toMatchObject({ status: 503, code: 'voice_unavailable' })
    const key = client('ek_unknown').audio.speech.create(wanted)
    await expect(key).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
  })
})
