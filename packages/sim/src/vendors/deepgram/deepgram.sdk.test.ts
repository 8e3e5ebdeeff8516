import { DeepgramClient } from '@deepgram/sdk'
import { writeWav } from '@parley/audio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { VirtualClock } from '../../virtual-clock.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import type { VendorSim } from '../vendor-sim.js'
import { misfits } from './deepgram-schema.test-kit.js'
import { type DeepgramSimOptions, openDeepgramSim } from './open-deepgram-sim.js'
import { decodeSound, encodeSound } from './raw-sound.js'

const RATE = 16_000
const KEY = 'a-key-of-the-sdk'

interface Message {
  readonly type: string
  readonly [field: string]: unknown
}

describe("Deepgram's own SDK", () => {
  let sim: VendorSim
  let clock: VirtualClock
  let client: DeepgramClient

  async function open(habits: DeepgramSimOptions['habits'] = {}): Promise<void> {
    clock = new VirtualClock()
    sim = await openDeepgramSim({
      clock,
      random: seededRandom(3),
      brains: codedBrains(),
      keys: [KEY],
      habits,
    })
    const socketUrl = sim.baseUrl.replace('http', 'ws')
    client = new DeepgramClient({
      apiKey: KEY,
      environment: {
        base: sim.baseUrl,
        production: socketUrl,
        agent: socketUrl,
        agentRest: sim.baseUrl,
      },
    })
  }

  beforeEach(() => open())
  afterEach(() => sim.close())

  const speech = (text: string) => codeSpeech(text, RATE).samples
  const silence = (ms: number) => new Int16Array((RATE * ms) / 1000)
  const bytes = (...parts: Int16Array[]) =>
    parts.map(samples => {
      const { buffer, byteOffset, byteLength } = encodeSound(samples, 'linear16')
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    })

  it('listens with interims, finals, starts of speech and the answer to Finalize', async () => {
    const socket = await client.listen.v1.connect({
      model: 'nova-3',
      encoding: 'linear16',
      sample_rate: RATE,
      interim_results: 'true',
      vad_events: 'true',
      utterance_end_ms: '1000',
      endpointing: 'false',
      smart_format: 'true',
      Authorization: '',
      reconnectAttempts: 0,
    })
    const messages = inbox(socket)
    socket.connect()
    await socket.waitForOpen()
    for (const part of bytes(speech('Hello there,'), speech('old world'), silence(200)))
      socket.sendMedia(part)
    socket.sendFinalize({ type: 'Finalize' })
    const final = await messages.next(({ from_finalize }) => from_finalize === true)
    expect(final).toMatchObject({
      type: 'Results',
      is_final: true,
      channel: { alternatives: [{ transcript: 'Hello there, old world' }] },
    })
    expect(messages.all.some(({ is_final }) => is_final === false)).toBe(true)
    expect(messages.all.filter(({ type }) => type === 'SpeechStarted')).toHaveLength(1)
    for (const part of bytes(silence(1_200))) socket.sendMedia(part)
    await messages.next(({ type }) => type === 'UtteranceEnd')
    socket.sendKeepAlive({ type: 'KeepAlive' })
    socket.sendCloseStream({ type: 'CloseStream' })
    expect(await messages.next(({ type }) => type === 'Metadata')).toMatchObject({ channels: 1 })
    await messages.closed
    expect(sim.complaints).toEqual([])
    expect(misfits(sim)).toEqual([])
  })

  it('takes turns with Flux: started, nearly ended, resumed, ended, and ended by force', async () => {
    const socket = await client.listen.v2.connect({
      model: 'flux-general-en',
      encoding: 'linear16',
      sample_rate: RATE,
      eager_eot_threshold: '0.4',
      eot_threshold: '0.7',
      keyterm: ['Parley', 'flux'],
      Authorization: '',
      reconnectAttempts: 0,
    })
    const messages = inbox(socket)
    const event = (name: string) => messages.next(message => message.event === name)
    socket.connect()
    await socket.waitForOpen()
    await clock.advance(0)
    await messages.next(({ type }) => type === 'Connected')
    socket.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 0.75 }, keyterms: ['one'] })
    await messages.next(({ type }) => type === 'ConfigureSuccess')
    for (const part of bytes(speech('how are you'), silence(320))) socket.sendMedia(part)
    await event('EagerEndOfTurn')
    for (const part of bytes(speech('today'), silence(2_000))) socket.sendMedia(part)
    await event('TurnResumed')
    expect(await event('EndOfTurn')).toMatchObject({
      transcript: 'how are you today',
      trigger: 'model',
      turn_index: 0,
    })
    for (const part of bytes(speech('and now'))) socket.sendMedia(part)
    socket.sendForceEndTurn({ type: 'ForceEndTurn' })
    expect(await messages.next(({ trigger }) => trigger === 'manual')).toMatchObject({
      transcript: 'and now',
      turn_index: 1,
    })
    socket.sendCloseStream({ type: 'CloseStream' })
    await messages.closed
    const numbers = messages.all.map(({ sequence_id }) => sequence_id)
    expect(numbers).toEqual(numbers.map((_, at) => at))
    expect(sim.complaints).toEqual([])
    expect(misfits(sim)).toEqual([])
  })

  it('speaks with Aura: sound in the order of flushes, and nothing after it was cleared', async () => {
    const socket = await client.speak.v1.connect({
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      sample_rate: '24000',
      Authorization: '',
      reconnectAttempts: 0,
    })
    const messages = inbox(socket)
    socket.connect()
    await socket.waitForOpen()
    await messages.next(({ type }) => type === 'Metadata')
    socket.sendText({ type: 'Speak', text: 'one two ' })
    socket.sendText({ type: 'Speak', text: 'three' })
    socket.sendFlush({ type: 'Flush' })
    expect(await messages.next(({ type }) => type === 'Flushed')).toMatchObject({ sequence_id: 0 })
    expect(await messages.heard(24_000)).toBe('one two three')
    sim.behave({ everyMs: 50 })
    socket.sendText({ type: 'Speak', text: 'this is not heard to its end' })
    socket.sendFlush({ type: 'Flush' })
    await messages.nextSound()
    socket.sendClear({ type: 'Clear' })
    await messages.next(({ type }) => type === 'Cleared')
    const sounds = messages.sounds.length
    await clock.advance(5_000)
    expect(messages.sounds).toHaveLength(sounds)
    socket.sendClose({ type: 'Close' })
    await messages.closed
    expect(sim.complaints).toEqual([])
    expect(misfits(sim)).toEqual([])
  })

  it('speaks with Flux, changes its pace and interrupts it where the listener did', async () => {
    const socket = await client.speak.v2.connect({
      model: 'flux-alexis-en',
      encoding: 'linear16',
      sample_rate: '24000',
      Authorization: '',
      reconnectAttempts: 0,
    })
    const messages = inbox(socket)
    socket.connect()
    await socket.waitForOpen()
    await messages.next(({ type }) => type === 'Connected')
    socket.sendConfigure({ type: 'Configure', speed: 1.1 })
    expect(await messages.next(({ type }) => type === 'ConfigureSuccess')).toMatchObject({
      applied: { speed: 1.1 },
    })
    socket.sendConfigure({ type: 'Configure', speed: 1.13 })
    await messages.next(({ code }) => code === 'SPEED_INCREMENT_INVALID')
    socket.sendSpeak({ type: 'Speak', text: 'one two' })
    socket.sendFlush({ type: 'Flush' })
    const billed = await messages.next(({ type }) => type === 'SpeechMetadata')
    expect(billed).toMatchObject({ billable_character_count: 7, audio_duration_ms: 200 })
    expect(await messages.heard(24_000)).toBe('one two')
    sim.behave({ everyMs: 50 })
    socket.sendSpeak({ type: 'Speak', text: 'three four five six seven' })
    socket.sendFlush({ type: 'Flush' })
    await messages.nextSound()
    socket.sendInterrupt({ type: 'Interrupt', playback_offset: { type: 'time_ms', value: 350 } })
    expect(await messages.next(({ type }) => type === 'SpeechInterrupted')).toMatchObject({
      audio_played_ms: 350,
      text_spoken: 'three',
      text_remaining: 'four five six seven',
    })
    socket.sendClose({ type: 'Close' })
    expect(await messages.next(({ type }) => type === 'SessionMetadata')).toMatchObject({
      total_audio_duration_ms: 350,
    })
    await messages.closed
    expect(sim.complaints).toEqual([])
    expect(misfits(sim)).toEqual([])
  })

  it('gets tokens, transcribes a recording and speaks in one answer', async () => {
    const token = await client.auth.v1.tokens.grant({ ttl_seconds: 60 })
    expect(token.expires_in).toBe(60)
    const holder = new DeepgramClient({ accessToken: token.access_token, baseUrl: sim.baseUrl })
    const spoken = await holder.speak.v1.audio.generate({
      text: 'four five',
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      container: 'none',
      sample_rate: 16_000,
    })
    const sound = new Uint8Array(await spoken.arrayBuffer())
    expect(readSpeech(decodeSound(sound, 'linear16'), RATE).text).toBe('four five')
    const wav = writeWav({ sampleRate: RATE, samples: decodeSound(sound, 'linear16') })
    const heard = await client.listen.v1.media.transcribeFile(Buffer.from(wav), { model: 'nova-3' })
    expect(JSON.stringify(heard)).toContain('four five')
  })

  it('is told in the header why a key or a query is refused', async () => {
    const wrong = await fetch(`${sim.baseUrl}/v1/auth/grant`, {
      method: 'POST',
      headers: { authorization: 'Token another' },
    })
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('dg-error')).toBeTruthy()
    expect(wrong.headers.get('dg-request-id')).toBeTruthy()
    const socket = await client.listen.v1.connect({
      model: 'nova-3',
      encoding: 'linear16',
      sample_rate: RATE,
      utterance_end_ms: '1000',
      Authorization: '',
      reconnectAttempts: 0,
    })
    const failed = new Promise<string>(resolve => socket.on('error', error => resolve(error.message)))
    socket.connect()
    expect(await failed).toContain('400')
    expect(sim.complaints).toEqual(['/v1/listen: utterance_end_ms needs interim_results=true.'])
  })

  /** What a socket says, and a way to wait for it while virtual time goes on. */
  function inbox(socket: { on(event: never, run: never): void }) {
    const all: Message[] = []
    const sounds: Blob[] = []
    const on = socket.on.bind(socket) as (event: string, run: (value: unknown) => void) => void
    on('message', value => {
      if (value instanceof Blob) sounds.push(value)
      else all.push(value as Message)
    })
    on('error', () => {})
    const closed = new Promise<void>(resolve => on('close', () => resolve()))
    let seen = 0
    async function until<Found>(find: () => Found | undefined): Promise<Found> {
      for (;;) {
        const found = find()
        if (found !== undefined) return found
        await clock.advance(1)
        await new Promise<void>(resolve => setImmediate(resolve))
      }
    }
    return {
      all,
      sounds,
      closed,
      next: (isIt: (message: Message) => boolean) =>
        until(() => {
          const at = all.findIndex((message, place) => place >= seen && isIt(message))
          if (at < 0) return undefined
          seen = at
          return all[at]
        }),
      nextSound() {
        const before = sounds.length
        return until(() => (sounds.length > before ? true : undefined))
      },
      async heard(rate: number) {
        const all = Buffer.from(await new Blob(sounds).arrayBuffer())
        return readSpeech(decodeSound(all, 'linear16'), rate).text
      },
    }
  }
})
