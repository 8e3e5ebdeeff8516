/**
 * An agent whose model hears and speaks, called from a browser with our own client and in Opus as phones and apps send
 * it: each turn in words and sound, and its latencies where operators look for them.
 */
import { loadOpus, measureLevel } from '@parley/audio'
import type * as Voice from '@parley/client'
import { systemClock } from '@parley/core'
import { type ServerMessage, serverMessageSchema } from '@parley/protocol'
import { codedBrains, openOpenAiSim, readSpeech, type SimBrains, type VendorSim } from '@parley/sim'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { writeAgent } from './support/agent-file.js'
import { browserThatHears } from './support/console-page.js'
import { recording } from './support/human-speech.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { type PageServer, servePage } from './support/realtime-page.js'
import { openSocket } from './support/voice-caller.js'

const agent = `agent: concierge
language: en
greeting: Hello.
instructions: You are the concierge of a small hotel.
realtime: { provider: openai, model: gpt-realtime-2.1, voice: marin, transcription: { model: gpt-transcribe } }
`
const spoken = 'information about your last call'
const answer =
  'Once upon a time there was a small harbor town where every lamp had its own keeper, and each evening those ' +
  'people walked down seven narrow streets carrying oil, matches, bread, and news from distant ships.'

const brains: SimBrains = {
  ...codedBrains({
    *think({ messages }) {
      const isAsked = (messages.at(-1)?.text ?? '') !== ''
      for (const text of (isAsked ? answer : 'Hello.').match(/\s*\S+/g) ?? [])
        yield { kind: 'text', text } as const
    },
  }),
  hear: async samples => {
    const text = samples.some(sample => Math.abs(sample) > 1_000) ? spoken : ''
    const words = text.split(' ').map(word => ({ text: word, startMs: 0, endMs: samples.length / 24 }))
    return { text, words }
  },
}

const wordsIn = (text: string) => text.split(/\s+/).filter(word => word !== '')

/** What the page keeps of its call. */
interface Kept {
  readonly client: Voice.VoiceClient
  readonly messages: ServerMessage[]
  /** Of the newest reply. */
  readonly samples: number[]
}
declare const voice: typeof Voice
declare const kept: Kept

/** Runs in the page: our client, its microphone and its player. */
async function converse(url: string): Promise<void> {
  const context = voice.createAudioContext()
  const workletUrl = '/client/worklet/audio-worklet-processor.js'
  // The words are read back from the samples, which Opus would change.
  const client = voice.createVoiceClient({ url: `${url}/voice-ws`, codec: 'pcm16' })
  const messages: ServerMessage[] = []
  const samples: number[] = []
  client.on('message', message => void messages.push(message))
  client.on('reply-started', () => void samples.splice(0))
  client.on('audio', ({ samples: part }) => void samples.push(...part))
  Object.assign(globalThis, { kept: { client, messages, samples } })
  const ready = await client.connect()
  const player = await voice.createPlayer({ context, sampleRate: ready.output.sampleRate, workletUrl })
  voice.playThrough(client, player)
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  voice.speakFrom(client, await voice.openMicrophone({ context, workletUrl, ...plain }))
}

describe('an agent whose model hears and speaks', { timeout: 60_000 }, () => {
  let vendor: VendorSim
  let server: PageServer
  let gateway: ParleyProcess
  let browser: Browser

  beforeAll(async () => {
    ;[vendor, server] = await Promise.all([
      openOpenAiSim({ clock: systemClock, random: Math.random, brains }),
      servePage(),
    ])
    const env = {
      PARLEY_AGENT: writeAgent(agent),
      OPENAI_BASE_URL: vendor.baseUrl,
      OPENAI_API_KEY: 'sk-one',
      CORS_ORIGINS: server.origin,
      VOICE_TARGET_FIRST_TOKEN_MS: '1',
      VOICE_TARGET_PARTIAL_LATENCY_MS: '1',
      VOICE_TARGET_BARGE_IN_MS: '1',
    }
    ;[gateway, browser] = await Promise.all([
      startParley({ env }),
      browserThatHears([4_000, 'en-info-about-last-call']),
    ])
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    expect(await gateway?.stop()).toBe(0)
    expect(vendor.complaints).toEqual([])
    await vendor.close()
  })

  /** How often each latency was measured. */
  async function measured(): Promise<Readonly<Record<string, number>>> {
    const page = await (await fetch(`${gateway.url}/metrics`)).text()
    const counts = page.matchAll(/^voice_latency_seconds_count\{type="(\w+)"\} (\d+)/gm)
    return Object.fromEntries([...counts].map(([, type, count]) => [type, Number(count)]))
  }

  it('answers a browser’s microphone in its own sound, and the turn is measured', async () => {
    const page = await browser.newPage()
    await page.goto(server.origin)
    // Without a gesture there is no sound in a page.
    await page.mouse.click(10, 10)
    await page.evaluate(converse, gateway.url)
    await page.waitForFunction(
      () => kept.messages.filter(({ type }) => type === 'reply-ended').length > 1,
      undefined,
      { polling: 50, timeout: 30_000 },
    )
    const { messages, samples } = await page.evaluate(() => ({ ...kept, client: undefined }))
    expect(messages.find(({ type }) => type === 'ready')).toMatchObject({
      recogniser: 'openai',
      voice: 'openai',
    })
    expect(messages.find(({ type }) => type === 'transcript-final')).toMatchObject({ text: spoken })
    const words = wordsIn(readSpeech(Int16Array.from(samples), 24_000).text)
    expect(words).toEqual(wordsIn(answer))
    expect(await measured()).toMatchObject({ first_token: 1, partial_asr: 1 })
    await page.evaluate(() => kept.client.close())
    await page.close()
  })

  it('talks Opus of 48 kHz and 20 ms both ways, gives way to the caller, and each turn is measured', async () => {
    const before = await measured()
    const caller = await callInOpus(gateway.url)
    expect(caller.of('ready')[0]).toMatchObject({
      input: { codec: 'opus', sampleRate: 48_000 },
      output: { codec: 'opus', sampleRate: 48_000 },
    })
    await caller.until(() => caller.of('reply-ended').length > 0)
    caller.packets.splice(0)
    await caller.speak('en-info-about-last-call', 500)
    await caller.until(() => caller.of('transcript-final').some(({ text }) => text === spoken))
    await caller.until(() => caller.packets.length > 40)
    await caller.speak('en-something-terribly-wrong', 500)
    await caller.until(() => caller.of('reply-ended').length > 1)
    const [, ended] = caller.of('reply-ended')
    expect(ended).toMatchObject({ interrupted: true })
    const heard = wordsIn(ended?.heard.text ?? '')
    expect(heard.length).toBeGreaterThan(1)
    expect(heard).toEqual(wordsIn(answer).slice(0, heard.length))
    const sound = await caller.decoded()
    expect(sound.every(part => part.length === 960)).toBe(true)
    expect(Math.max(...sound.map(part => measureLevel(part).rmsDbfs))).toBeGreaterThan(-30)
    await caller.until(() => caller.of('transcript-final').length > 1)
    await expect
      .poll(async () => (await measured()).first_token)
      .toBeGreaterThanOrEqual((before.first_token ?? 0) + 2)
    const after = await measured()
    expect(after.barge_in ?? 0).toBeGreaterThan(before.barge_in ?? 0)
    expect(after.partial_asr ?? 0).toBeGreaterThan(before.partial_asr ?? 0)
    await caller.hangUp()
  })

  it('warns of every target that was missed', () => {
    const missed = gateway
      .output()
      .split('\n')
      .filter(line => line.includes('latency target missed'))
    for (const type of ['first_token', 'partial_asr', 'barge_in']) {
      expect(missed.some(line => line.includes(type) && /"?targetMs"?\W+1\b/.test(line))).toBe(true)
    }
  })
})

/** A caller who sends and takes raw packets of Opus. */
async function callInOpus(url: string) {
  const opus = await loadOpus()
  const encoder = await opus.encoder({ sampleRate: 48_000 })
  const socket: WebSocket = await openSocket(url, { path: '/voice-ws' })
  const messages: ServerMessage[] = []
  const packets: Buffer[] = []
  let wake = () => {}
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) packets.push(data)
    else messages.push(serverMessageSchema.parse(JSON.parse(String(data))))
    wake()
  })
  const of = <Type extends ServerMessage['type']>(type: Type) =>
    messages.filter((message): message is Extract<ServerMessage, { type: Type }> => message.type === type)

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }

  const format = { codec: 'opus', sampleRate: 48_000 }
  socket.send(
    JSON.stringify({ type: 'hello', version: 1, input: format, output: format, reportsPlayed: false }),
  )
  await until(() => of('ready').length > 0)
  return {
    of,
    until,
    packets,
    /** At real-time pace, with silence behind it. */
    async speak(id: string, silenceMs: number) {
      const { samples } = await recording(id, 48_000)
      const frames = Math.ceil((samples.length + silenceMs * 48) / 960)
      const startedMs = performance.now()
      for (let index = 0; index < frames; index++) {
        const frame = new Int16Array(960)
        frame.set(samples.subarray(index * 960, (index + 1) * 960))
        socket.send(encoder.encode(frame))
        const waitMs = startedMs + (index + 1) * 20 - performance.now()
        if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
      }
    },
    async decoded() {
      const decoder = await opus.decoder({ sampleRate: 48_000 })
      const parts = packets.map(packet => decoder.decode(packet).slice())
      decoder.close()
      return parts
    },
    async hangUp() {
      encoder.close()
      const closed = new Promise(resolve => socket.once('close', resolve))
      socket.send(JSON.stringify({ type: 'bye' }))
      await closed
    },
  }
}
