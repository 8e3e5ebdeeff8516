/**
 * A phone at the far end of a carrier's media stream, with an account of its own: what its ear heard, frame by frame,
 * whatever the gateway believes. It plays 20 ms frames on its own grid out of a buffer of any length, returns a mark
 * once the sound before it was played, or at once after a `clear`, and lets the frame that is sounding finish.
 *
 * It runs under a virtual clock as well as in real time: everything that arrives is placed on the grid by the clock,
 * not by when a timer got its turn.
 */
import { decodeUlaw, encodeUlaw, measureLevel } from '@parley/audio'
import type { Cancel } from '@parley/core'
import { type CarrierDialect, type CarrierSpeech, createCarrierSpeech } from './carrier-speech.js'
import { createFarEndBuffer } from './far-end-buffer.js'
import { createOneWay } from './one-way.js'
import type { HeardFrame, PhoneClosed, SimPhoneOptions } from './sim-phone-options.js'

export const PHONE_RATE = 8_000
/** Length of a frame, ms, and its samples. */
export const PHONE_FRAME_MS = 20
const FRAME = (PHONE_RATE * PHONE_FRAME_MS) / 1000

export class SimPhone {
  /** Oldest first. */
  readonly heard: HeardFrame[] = []
  /** When each `clear` was carried out, and how many bytes of sound it threw away. */
  readonly clears: { readonly atMs: number; readonly bytes: number }[] = []
  /** When each digit was pressed. */
  readonly keys: { readonly atMs: number; readonly digit: string }[] = []
  closed: PhoneClosed | undefined
  readonly #options: SimPhoneOptions
  readonly #speech: CarrierSpeech
  readonly #buffer = createFarEndBuffer()
  readonly #bytes = new Uint8Array(FRAME)
  readonly #beganAtMs: number
  readonly #closing: (() => void)[] = []
  #saying: { readonly samples: Int16Array; at: number; readonly said: () => void }[] = []
  #lostFrames = 0
  #beats = 0
  #stopBeat: Cancel = () => {}
  readonly #up: (arrive: () => void) => void
  readonly #down: (arrive: () => void) => void

  constructor(options: SimPhoneOptions) {
    const { clock, line, jitterMs, dialect = 'twilio', customParameters = {} } = options
    this.#options = options
    this.#speech = createCarrierSpeech({
      dialect,
      accountSid: options.accountSid,
      streamSid: options.streamSid ?? defaultSid[dialect].stream,
      callSid: options.callSid ?? defaultSid[dialect].call,
    })
    this.#beganAtMs = clock.now()
    this.#up = createOneWay({ clock, delayMs: options.uplinkMs ?? 0, jitterMs })
    this.#down = createOneWay({ clock, delayMs: options.downlinkMs ?? 0, jitterMs })
    line.onMessage(text =>
      this.#down(() => {
        if (this.closed === undefined) this.#take(text)
      }),
    )
    line.onClose((code, reason) => this.#over({ code, reason, atMs: clock.now() }))
    this.#send(this.#speech.connected())
    this.#send(this.#speech.start(customParameters))
    this.#beat()
  }

  /** Speaks PCM16 at 8 kHz, after what it is saying already. Resolves when the last of it was sent, or on the end. */
  say(samples: Int16Array): Promise<void> {
    if (this.closed !== undefined) return Promise.resolve()
    return new Promise(said => this.#saying.push({ samples, at: 0, said }))
  }

  /** The next frames of the microphone, `ms` in all, are lost on the way: a hole in the timestamps. */
  lose(ms: number): void {
    this.#lostFrames += Math.round(ms / PHONE_FRAME_MS)
  }

  /** Presses `0`–`9`, `*`, `#` or `A`–`D`. */
  dtmf(digit: string): void {
    this.keys.push({ atMs: this.#options.clock.now(), digit })
    this.#send(this.#speech.dtmf(digit))
  }

  /** Hangs up: `stop`, then the carrier closes. */
  hangUp(): void {
    this.#send(this.#speech.stop())
    this.#up(() => this.#options.line.close(1000))
  }

  /** The network breaks without a word. */
  drop(): void {
    this.#options.line.close()
  }

  /** Sound that waits to be played, ms. */
  get bufferedMs(): number {
    this.#beatsUntil(this.#options.clock.now())
    return (this.#buffer.bytes * 1000) / PHONE_RATE
  }

  /** Everything the ear heard of the gateway so far, without the silence of the line. */
  sound(): Int16Array {
    const parts = this.heard.filter(({ soundSamples }) => soundSamples > 0)
    const all = new Int16Array(parts.reduce((sum, { soundSamples }) => sum + soundSamples, 0))
    let at = 0
    for (const { samples, soundSamples } of parts) {
      all.set(samples.subarray(0, soundSamples), at)
      at += soundSamples
    }
    return all
  }

  /** Resolves once the line is closed, by whom ever. */
  async ended(): Promise<PhoneClosed> {
    if (this.closed === undefined) await new Promise<void>(resolve => this.#closing.push(resolve))
    return this.closed as PhoneClosed
  }

  #beat(): void {
    const { clock } = this.#options
    const wait = this.#beganAtMs + this.#beats * PHONE_FRAME_MS - clock.now()
    this.#stopBeat = clock.after(Math.max(0, wait), () => {
      if (this.closed !== undefined) return
      this.#beatsUntil(clock.now())
      this.#beat()
    })
  }

  /** Catches up with the grid, so that a late timer moves nothing. */
  #beatsUntil(nowMs: number): void {
    for (;;) {
      const atMs = this.#beganAtMs + this.#beats * PHONE_FRAME_MS
      if (atMs > nowMs || this.closed !== undefined) return
      this.#beats += 1
      this.#listen(atMs)
      this.#speak(atMs)
    }
  }

  #listen(atMs: number): void {
    const soundSamples = this.#buffer.take(this.#bytes)
    this.#echo(this.#buffer.passed())
    const samples = new Int16Array(FRAME)
    decodeUlaw(this.#bytes.subarray(0, soundSamples), samples)
    const bufferedMs = (this.#buffer.bytes * 1000) / PHONE_RATE
    const frame = { atMs, samples, soundSamples, bufferedMs, rmsDbfs: measureLevel(samples).rmsDbfs }
    this.heard.push(frame)
    if (this.heard.length * PHONE_FRAME_MS > (this.#options.keepMs ?? 600_000)) this.heard.shift()
    this.#options.onHeard?.(frame)
  }

  #speak(atMs: number): void {
    const frame = new Int16Array(FRAME)
    const saying = this.#saying[0]
    if (saying !== undefined) {
      frame.set(saying.samples.subarray(saying.at, saying.at + FRAME))
      saying.at += FRAME
      if (saying.at >= saying.samples.length) {
        this.#saying.shift()
        saying.said()
      }
    }
    if (this.#lostFrames > 0) {
      this.#lostFrames -= 1
      return
    }
    const payload = Buffer.from(encodeUlaw(frame)).toString('base64')
    this.#send(this.#speech.media(payload, Math.round(atMs - this.#beganAtMs)))
  }

  #take(text: string): void {
    this.#beatsUntil(this.#options.clock.now())
    const message = JSON.parse(text) as {
      readonly event: string
      readonly media?: { readonly payload: string }
      readonly mark?: { readonly name: string }
    }
    if (message.event === 'media') this.#buffer.sound(Buffer.from(message.media?.payload ?? '', 'base64'))
    if (message.event === 'mark') {
      const name = message.mark?.name ?? ''
      if (!this.#buffer.mark(name)) this.#echo([name])
    }
    if (message.event === 'clear') {
      this.clears.push({ atMs: this.#options.clock.now(), bytes: this.#buffer.bytes })
      this.#echo(this.#buffer.clear())
    }
  }

  #echo(names: readonly string[]): void {
    for (const name of names) this.#send(this.#speech.mark(name))
  }

  #send(text: string): void {
    this.#up(() => {
      if (this.closed === undefined) this.#options.line.send(text)
    })
  }

  #over(closed: PhoneClosed): void {
    if (this.closed !== undefined) return
    this.#beatsUntil(closed.atMs)
    this.closed = closed
    this.#stopBeat()
    for (const { said } of this.#saying.splice(0)) said()
    for (const resolve of this.#closing.splice(0)) resolve()
  }
}

const defaultSid: Readonly<Record<CarrierDialect, { readonly stream: string; readonly call: string }>> = {
  twilio: { stream: 'MZ00000000000000000000000000000001', call: 'CA00000000000000000000000000000001' },
  signalwire: {
    stream: '00000000-0000-4000-8000-000000000001',
    call: '00000000-0000-4000-8000-000000000002',
  },
}
