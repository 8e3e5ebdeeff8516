import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emotion, ParleyError, type SpeechPart, type SpeechRequest } from '@parley/core'
import {
  codedBrains,
  type GoogleSim,
  openGoogleSim,
  readSpeech,
  readSsml,
  seededRandom,
  VirtualClock,
} from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VendorContext } from '../vendor.js'
import { fixedKey } from '../wire/keys.js'
import { openSocket } from '../wire/socket.js'
import { google } from './index.js'

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const email = 'voice@project.example'
const startMs = 1_795_000_000_000

let clock: VirtualClock
let sim: GoogleSim
let folder: string

beforeEach(async () => {
  clock = new VirtualClock()
  folder = await mkdtemp(join(tmpdir(), 'google-'))
  sim = await openGoogleSim({
    clock,
    random: seededRandom(1),
    brains: codedBrains(),
    accounts: { [email]: pair.publicKey },
    epochMs: () => startMs + clock.now(),
    tokenS: 3_600,
  })
})
afterEach(async () => {
  await sim.close()
  await rm(folder, { recursive: true })
})

function voiceOf(options: object, key: string | undefined = 'key') {
  const context: VendorContext = {
    clock,
    epochMs: () => startMs + clock.now(),
    random: () => 0,
    newId: () => 'id',
    baseUrl: sim.baseUrl,
    keys: fixedKey(key),
    fetch,
    openSocket,
    warn: () => {},
  }
  const made = google.tts?.create({ voice: 'en-US-Neural2-F', ...options }, context)
  if (made === undefined) throw new Error('no voice')
  return made
}

async function speak(
  voice: ReturnType<typeof voiceOf>,
  request: Partial<SpeechRequest> = {},
): Promise<SpeechPart[]> {
  const parts: SpeechPart[] = []
  const signal = new AbortController().signal
  for await (const part of voice.speak({ text: 'Hello there.', language: 'en', ...request }, signal))
    parts.push(part)
  return parts
}

function heard(parts: readonly SpeechPart[], rate = 24_000): string {
  return readSpeech(
    Int16Array.from(parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))),
    rate,
  ).text
}

async function account(change: object = {}): Promise<string> {
  const file = join(folder, 'account.json')
  const content = {
    type: 'service_account',
    client_email: email,
    private_key: pair.privateKey,
    private_key_id: 'k1',
    token_uri: sim.tokenUrl,
    ...change,
  }
  await writeFile(file, JSON.stringify(content))
  return file
}

const lastSent = () =>
  sim.received.at(-1)?.message as { input: { ssml?: string; text?: string }; audioConfig: object }

describe('Google Cloud Text-to-Speech', () => {
  it('takes the header off and begins with the first sample of speech', async () => {
    const parts = await speak(voiceOf({}))
    const first = parts.find(part => part.kind === 'audio')
    expect(first?.kind === 'audio' && first.samples[0]).toBe(2_000 + 'H'.charCodeAt(0) * 100)
    expect(heard(parts)).toBe('Hello there.')
    expect(heard(await speak(voiceOf({ encoding: 'PCM' })))).toBe('Hello there.')
  })

  it.each<[Emotion, object]>([
    ['neutral', {}],
    ['low', { rate: '85%', pitch: '-2st', volume: '-2dB' }],
    ['high', { rate: '112%', pitch: '+3st', volume: '+2dB' }],
    ['detached', { rate: '95%', pitch: '-1st' }],
  ])('says %s in SSML to a voice that reads it', async (emotion, attributes) => {
    await speak(voiceOf({}), { text: 'Tom & <Jerry>', expression: { emotion } })
    const ssml = readSsml(lastSent().input.ssml ?? '')
    expect(ssml?.text).toBe('Tom & <Jerry>')
    expect(ssml?.elements.find(({ name }) => name === 'prosody')?.attributes ?? {}).toEqual(attributes)
    expect(sim.complaints).toEqual([])
  })

  it('gives a voice only what its family takes', async () => {
    const expression = { emotion: 'high', style: 'whisper' } as const
    await speak(voiceOf({ voice: 'en-US-Chirp3-HD-Kore' }), { expression })
    expect(lastSent()).toMatchObject({ input: { text: 'Hello there.' }, audioConfig: { speakingRate: 1.12 } })
    expect(lastSent().audioConfig).not.toHaveProperty('volumeGainDb')
    await speak(voiceOf({ voice: 'en-US-Studio-O' }), { expression })
    expect(lastSent()).toMatchObject({ audioConfig: { speakingRate: 1.12, volumeGainDb: 2 } })
    await speak(voiceOf({ voice: 'Kore', model: 'a-model' }), { expression })
    expect(lastSent()).toMatchObject({
      input: { text: 'Hello there.', prompt: 'Say the following with a high tone, in a whisper style.' },
      voice: { name: 'Kore', languageCode: 'en', modelName: 'a-model' },
    })
    expect(sim.complaints).toEqual([])
  })

  it('cuts what is over the limit and speaks all of it, with the times of the whole', async () => {
    const text = Array.from({ length: 900 }, (_, at) => `w${at}&`).join(' ')
    const voice = voiceOf({ wordTimes: true, sampleRate: 8_000 })
    const parts = await speak(voice, { text })
    expect(sim.counts.requests).toBeGreaterThan(2)
    expect(heard(parts, 8_000)).toBe(text)
    const words = parts.flatMap(part => (part.kind === 'word' ? [part] : []))
    expect(words.map(word => word.text).join(' ')).toBe(text)
    const said = readSpeech(
      Int16Array.from(parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))),
      8_000,
    ).words
    for (const [index, { startMs }] of words.entries())
      expect(Math.abs(startMs - (said[index]?.startMs ?? 0))).toBeLessThan(2)
    expect(sim.complaints).toEqual([])
  })

  it('speaks each language in the voice named for it', async () => {
    const voice = voiceOf({ voices: { es: 'es-ES-Neural2-A' } })
    expect(voice.languages).toEqual(['en-US', 'es'])
    await speak(voice, { language: 'es-MX' })
    expect(lastSent()).toMatchObject({ voice: { name: 'es-ES-Neural2-A', languageCode: 'es-ES' } })
  })

  it('counts what is billed: elements but no marks', async () => {
    const parts = await speak(voiceOf({ wordTimes: true }), { text: 'Hi &' })
    expect(parts.at(-1)).toEqual({ kind: 'usage', characters: '<speak>Hi &amp;</speak>'.length })
  })
})

describe('a service account', () => {
  it('gets one token for all, and the next one before it ends', async () => {
    const voice = voiceOf({ credentialsFile: await account() })
    await Promise.all([speak(voice), speak(voice)])
    expect(heard(await speak(voice))).toBe('Hello there.')
    expect(sim.tokens()).toBe(1)
    await clock.advance(3_290_000)
    await speak(voice)
    expect(sim.tokens()).toBe(1)
    await clock.advance(20_000)
    await speak(voice)
    expect(sim.tokens()).toBe(2)
    expect(sim.complaints).toEqual([])
  })

  it('drops a token that is not accepted', async () => {
    const voice = voiceOf({ credentialsFile: await account() })
    await speak(voice)
    sim.behave({ fault: { kind: 'unauthorised', stage: 'connect', times: 1 } })
    await expect(speak(voice)).rejects.toMatchObject({ code: 'provider_refused' })
    await speak(voice)
    expect(sim.tokens()).toBe(2)
  })

  it.each([
    ['an account nobody knows', { client_email: 'other@project.example' }, 'provider_refused'],
    [
      'the key of another',
      {
        private_key: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }),
      },
      'provider_refused',
    ],
    ['a key that is none', { private_key: 'secret-that-is-no-key' }, 'bad_config'],
    ['a file of another kind', { type: 'authorized_user' }, 'bad_config'],
  ])('refuses %s and quotes no key', async (_, change, code) => {
    const voice = voiceOf({ credentialsFile: await account(change) })
    const error = await speak(voice).catch((thrown: unknown) => thrown)
    if (!(error instanceof ParleyError)) throw new Error('no error of ours')
    expect(error.code).toBe(code)
    expect(`${error.message}${error.stack}${String(error.cause)}`).not.toMatch(/PRIVATE KEY|secret-that/)
  })

  it('says which file cannot be read', async () => {
    await expect(speak(voiceOf({ credentialsFile: '/nowhere/key.json' }))).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('/nowhere/key.json'),
    })
  })
})

describe('the simulated Google', () => {
  const ask = async (body: object, headers: Record<string, string> = { 'x-goog-api-key': 'key' }) => {
    const response = await fetch(`${sim.baseUrl}/v1/text:synthesize`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return (await response.json()) as { error?: { status: string; message: string } }
  }
  const good = {
    input: { text: 'a' },
    voice: { languageCode: 'en-US' },
    audioConfig: { audioEncoding: 'LINEAR16' },
  }

  it.each<[string, object]>([
    ['broken SSML', { ...good, input: { ssml: '<speak>a & b</speak>' } }],
    ['more than 5,000 bytes', { ...good, input: { text: 'é'.repeat(2_501) } }],
    ['a field it does not know', { ...good, speed: 2 }],
    ['a voice of another language', { ...good, voice: { languageCode: 'es-ES', name: 'en-US-Neural2-F' } }],
    [
      'SSML for a voice without it',
      {
        ...good,
        input: { ssml: '<speak>a</speak>' },
        voice: { languageCode: 'en-US', name: 'en-US-Chirp3-HD-A' },
      },
    ],
    ['a rate out of range', { ...good, audioConfig: { audioEncoding: 'LINEAR16', speakingRate: 5 } }],
  ])('refuses %s', async (_, body) => {
    expect((await ask(body)).error?.status).toBe('INVALID_ARGUMENT')
    expect(sim.complaints).toHaveLength(1)
  })

  it('refuses who brings no key, or a token it did not give', async () => {
    expect((await ask(good, {})).error?.status).toBe('UNAUTHENTICATED')
    expect((await ask(good, { authorization: 'Bearer made-up' })).error?.status).toBe('UNAUTHENTICATED')
  })
})
