/**
 * A far end on the real edge with a real session, under virtual time: what is said arrives in real time, events take
 * `wireMs` each way, so that the races of a network happen. Every event is held against the vendor's schema.
 */
import { loadResampling } from '@parley/audio'
import {
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  Session,
  type SessionEvent,
  type SessionId,
  type Turn,
  turnTaking,
} from '@parley/core'
import { createRealtimePeer, defaultRealtimeLimits, type RealtimeLimits } from '@parley/transports'
import { countingIds, seededRandom } from '../random.js'
import { createThresholdEar } from '../threshold-ear.js'
import { codeSpeech } from '../vendors/coded-speech.js'
import { type AudioFormat, encodeAudio, rateOf } from '../vendors/openai-realtime/audio-format.js'
import { asTyped, type Event, schemaCheck } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import { VirtualClock } from '../virtual-clock.js'
import { type CodedThinking, createCodedEngine } from './coded-engine.test-kit.js'

const resampling = await loadResampling()
const strict = schemaCheck('realtime.strict.schema.json', 'ServerEvent')

export interface ClientStageOptions extends CodedThinking {
  /** One way, ms. */
  readonly wireMs?: number
  readonly query?: { readonly model?: string; readonly intent?: string }
  readonly limits?: Partial<RealtimeLimits>
}

/** Of one connection. */
export interface ClientLine {
  send(event: object): void
  close(): void
  readonly isClosed: boolean
}

const FRAME_MS = 20

export class ClientStage {
  readonly clock = new VirtualClock()
  /** Every event of the server's, as it left. */
  readonly sent: Event[] = []
  /** Every event of the client's but sound, as it arrived. */
  readonly received: Event[] = []
  readonly told: SessionEvent[] = []
  readonly turns: Turn[] = []
  readonly faults: string[] = []
  readonly #options: ClientStageOptions
  readonly #random = seededRandom(11)
  readonly #sessions: Session[] = []
  #toSay: Int16Array = new Int16Array(0)

  constructor(options: ClientStageOptions = {}) {
    this.#options = options
  }

  /** A connection; `take` gets what arrives at the client. */
  connect(take: (event: Event, line: ClientLine) => void): ClientLine {
    const { clock } = this
    const { wireMs = 15, query = { model: 'gpt-realtime' }, limits } = this.#options
    let isClosed = false
    const line: ClientLine = {
      send: event => {
        const text = JSON.stringify(event)
        clock.after(wireMs, () => this.#arrived(text, peer, isClosed))
      },
      close: () => {
        isClosed = true
        clock.after(wireMs, () => peer.gone('client'))
      },
      get isClosed() {
        return isClosed
      },
    }
    const peer = createRealtimePeer({
      principal: { tenant: 'acme', subject: 'ann' },
      host: {
        open: async request => {
          const session = this.#session(request.outputRate)
          this.#sessions.push(session)
          await session.start(request.transport)
          return { session: session.id, agent: 'test', language: 'en', recogniser: 'coded', voice: 'coded' }
        },
      },
      clock,
      epochMs: () => 1_795_000_000_000 + clock.now(),
      random: this.#random,
      resampling,
      limits: { ...defaultRealtimeLimits, ...limits },
      log: {
        info: () => {},
        warn: (facts, message) => this.faults.push(`${message} ${JSON.stringify(facts)}`),
      },
      query,
      send: text => {
        this.#check(text)
        clock.after(wireMs, () => {
          if (!isClosed) take(JSON.parse(text), line)
        })
      },
      backlogBytes: () => 0,
      rttMs: () => wireMs * 2,
      end: () => {
        isClosed = true
      },
    })
    return line
  }

  /** Puts words into the mouth of the caller; they are spoken in real time by `listen`. */
  say(text: string, rate = 24_000): void {
    const { samples } = codeSpeech(text, rate)
    this.#toSay = Int16Array.from([...this.#toSay, ...samples])
  }

  /** The microphone for so long: what is to be said, then silence; `push` gets 20 ms at a time. */
  async listen(ms: number, push: (samples: Int16Array) => void, rate = 24_000): Promise<void> {
    const size = (rate * FRAME_MS) / 1000
    for (let done = 0; done < ms; done += FRAME_MS) {
      const frame = new Int16Array(size)
      frame.set(this.#toSay.subarray(0, size))
      this.#toSay = this.#toSay.subarray(size)
      push(frame)
      await this.clock.advance(FRAME_MS)
    }
  }

  /** Goes on listening until something is so, up to a minute, and until the client knows. */
  async listenUntil(test: () => boolean, push: (samples: Int16Array) => void, rate = 24_000): Promise<void> {
    for (let done = 0; done < 60_000; done += FRAME_MS) {
      if (test()) return this.listen(100, push, rate)
      await this.listen(FRAME_MS, push, rate)
    }
    throw new Error(`never came; sent: ${this.sent.map(({ type }) => type).slice(-40)}`)
  }

  ofType(type: string): Event[] {
    return this.sent.filter(event => event.type === type)
  }

  /** What an agent would know by now: who said what. */
  history(): string[] {
    return (this.turns.at(-1)?.history ?? []).map(entry => `${entry.role}: ${entry.text.trim()}`)
  }

  async close(): Promise<void> {
    const ends = this.#sessions.map(session => session.end('client'))
    await this.clock.advance(5_000)
    await Promise.all(ends)
  }

  #arrived(text: string, peer: { receive(text: string): void }, isClosed: boolean): void {
    if (isClosed) return
    const event = JSON.parse(text) as Event
    if (event.type !== 'input_audio_buffer.append') this.received.push(event)
    peer.receive(text)
  }

  #check(text: string): void {
    const event = JSON.parse(text) as Event
    this.sent.push(event)
    const fault = strict(asTyped(event))
    if (fault !== '') this.faults.push(`${fault}: ${text.slice(0, 400)}`)
  }

  #session(outputRate: number): Session {
    const { clock } = this
    const policy = {
      ...defaultTurnPolicy,
      judge: { ...defaultTurnPolicy.judge, claimMs: 100, holdMs: 100 },
    }
    return new Session({
      id: `ses_${this.#sessions.length}` as SessionId,
      language: 'en',
      engine: createCodedEngine(this.turns, this.#options),
      ear: createThresholdEar(),
      listenRate: 24_000,
      outputRate,
      resampling,
      policy,
      turnTaking: given => turnTaking(given, 'en'),
      limits: defaultSessionLimits,
      opens: false,
      journal: { write: async () => {} },
      taps: [{ name: 'test', event: event => void this.told.push(event) }],
      clock,
      ticker: createTicker(clock),
      ids: countingIds(),
    })
  }
}

/** An event that appends sound. */
export function appendOf(samples: Int16Array, format: AudioFormat = { type: 'audio/pcm', rate: 24_000 }) {
  return { type: 'input_audio_buffer.append', audio: encodeAudio(samples, format) }
}

export function msOf(base64: string, format: AudioFormat = { type: 'audio/pcm', rate: 24_000 }): number {
  const bytes = Buffer.from(base64, 'base64').length
  return (bytes * 1000) / rateOf(format) / (format.type === 'audio/pcm' ? 2 : 1)
}
