/**
 * A phone at the far end of a carrier's media stream, with an account of its own: what its ear heard, frame by frame,
 * whatever the gateway believes. It plays 20 ms frames on its own grid out of a buffer of any length, returns a mark
 * once the sound before it was played, or at once after a `clear`, and lets the frame that is sounding finish.
 *
 * It runs under a virtual clock as well as in real time: everything that arrives is placed on the grid by the clock,
 * not by when a timer got its turn.
 */
import { randomUUID } from 'node:crypto'
import { measureLevel } from '@parley/audio'
import type { Cancel } from '@parley/core'
import { type CarrierDialect, type CarrierSpeech, createCarrierSpeech } from './carrier-speech.js'
import { createFarEndBuffer } from './far-end-buffer.js'
import { createOneWay } from './one-way.js'
import { bytesPerSample, decodeSound, encodeSound, mulawSound, type PhoneSoundFormat } from './phone-sound.js'
import type { HeardFrame, PhoneClosed, SimPhoneOptions } from './sim-phone-options.js'

/** Of µ-law, Hz. */
export const PHONE_RATE = 8_000
/** Length of a frame, ms, and its samples. */
export const PHONE_FRAME_MS = 20
/** Live sound that waits to be sent, at most: what is older is not said. */
const MOST_LIVE_MS = 400

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
  /** Hz, and samples of a frame. */
  readonly rate: number
  readonly #format: PhoneSoundFormat
  readonly #frame: number
  readonly #frameMs: number
  readonly #bytes: Uint8Array
  #live: Int16Array[] = []
  #liveSamples = 0
  readonly #beganAtMs: number
  readonly #closing: (() => void)[] = []
  #saying: { readonly samples: Int16Array; at: number; readonly said: () => void }[] = []
  #lostFrames = 0
  #beats = 0
  #stopBeat: Cancel = () => {}
  readonly #up: (arrive: () => void) => void
  readonly #down: (arrive: () => void) => void

  constructor(options: SimPhoneOptions) {
    const { clock, line, jitterMs, dialect = 'twilio', customParameters = {}, format = mulawSound } = options
    this.#options = options
    this.#format = format
    this.rate = format.sampleRate
    this.#frame = (this.rate * PHONE_FRAME_MS) / 1000
    this.#frameMs = PHONE_FRAME_MS / (1 + (options.driftPpm ?? 0) / 1e6)
    this.#bytes = new Uint8Array(this.#frame * bytesPerSample(format))
    this.#speech = createCarrierSpeech({
      dialect,
      accountSid: options.accountSid,
      format,
      streamSid: options.streamSid ?? newSid(dialect, 'MZ'),
      callSid: options.callSid ?? newSid(dialect, 'CA'),
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

  /** Speaks PCM16 at the line's rate, after what it is saying already. Resolves when the last of it was sent, or on the end. */
  say(samples: Int16Array): Promise<void> {
    if (this.closed !== undefined) return Promise.resolve()
    return new Promise(said => this.#saying.push({ samples, at: 0, said }))
  }

  /**
   * A live microphone: PCM16 at the line's rate, any length, said in the next frames. What is said ahead of time by more
   * than 400 ms is thrown away from its beginning.
   */
  speak(samples: Int16Array): void {
    if (this.closed !== undefined) return
    this.#live.push(samples.slice())
    this.#liveSamples += samples.length
    while (this.#liveSamples > (this.rate * MOST_LIVE_MS) / 1000 && this.#live.length > 1) {
      this.#liveSamples -= this.#live.shift()?.length ?? 0
    }
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
    return (this.#buffer.bytes * 1000) / (this.rate * bytesPerSample(this.#format))
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
    const wait = this.#beganAtMs + this.#beats * this.#frameMs - clock.now()
    this.#stopBeat = clock.after(Math.max(0, wait), () => {
      if (this.closed !== undefined) return
      this.#beatsUntil(clock.now())
      this.#beat()
    })
  }

  /** Catches up with the grid, so that a late timer moves nothing. */
  #beatsUntil(nowMs: number): void {
    for (;;) {
      const atMs = this.#beganAtMs + this.#beats * this.#frameMs
      if (atMs > nowMs || this.closed !== undefined) return
      this.#beats += 1
      this.#listen(atMs)
      this.#speak(atMs)
    }
  }

  #listen(atMs: number): void {
    const taken = this.#buffer.take(this.#bytes)
    const soundSamples = Math.floor(taken / bytesPerSample(this.#format))
    this.#echo(this.#buffer.passed())
    const samples = new Int16Array(this.#frame)
    decodeSound(this.#format, this.#bytes.subarray(0, taken), samples)
    const bufferedMs = (this.#buffer.bytes * 1000) / (this.rate * bytesPerSample(this.#format))
    const frame = { atMs, samples, soundSamples, bufferedMs, rmsDbfs: measureLevel(samples).rmsDbfs }
    this.heard.push(frame)
    if (this.heard.length * PHONE_FRAME_MS > (this.#options.keepMs ?? 600_000)) this.heard.shift()
    this.#options.onHeard?.(frame)
  }

  #speak(atMs: number): void {
    const frame = this.#takeLive()
    const saying = this.#saying[0]
    if (saying !== undefined) {
      frame.set(saying.samples.subarray(saying.at, saying.at + this.#frame))
      saying.at += this.#frame
      if (saying.at >= saying.samples.length) {
        this.#saying.shift()
        saying.said()
      }
    }
    if (this.#lostFrames > 0) {
      this.#lostFrames -= 1
      return
    }
    const { clock, loses, lateMs } = this.#options
    // The stamp counts the carrier's own time.
    const stampMs = Math.round(((atMs - this.#beganAtMs) * PHONE_FRAME_MS) / this.#frameMs)
    const text = this.#speech.media(encodeSound(this.#format, frame), stampMs)
    if (loses?.()) return
    const laterMs = lateMs?.() ?? 0
    if (laterMs > 0) clock.after(laterMs, () => this.#send(text))
    else this.#send(text)
  }

  #takeLive(): Int16Array {
    const frame = new Int16Array(this.#frame)
    let at = 0
    for (let piece = this.#live[0]; piece !== undefined && at < frame.length; piece = this.#live[0]) {
      const part = piece.subarray(0, frame.length - at)
      frame.set(part, at)
      at += part.length
      if (part.length === piece.length) this.#live.shift()
      else this.#live[0] = piece.subarray(part.length)
    }
    this.#liveSamples -= at
    return frame
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

/** As the carrier names calls and streams. */
function newSid(dialect: CarrierDialect, prefix: string): string {
  const id = randomUUID()
  return dialect === 'twilio' ? `${prefix}${id.replaceAll('-', '')}` : id
}
