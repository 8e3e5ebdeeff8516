/** The edge alone: a peer under virtual time, with a session whose every word the test writes. */
import { loadResampling } from '@parley/audio'
import {
  type Aside,
  type CloseReason,
  type GivenEntry,
  type Heard,
  noSteering,
  ParleyError,
  type ReplyId,
  type ReplyPart,
  type SessionEvent,
  type Steer,
  type Transport,
  type Wishes,
} from '@parley/core'
import {
  createRealtimePeer,
  defaultRealtimeLimits,
  type MediaTrack,
  type RealtimeLimits,
  type RealtimeOpenRequest,
  type RealtimePeer,
} from '@parley/transports'
import { seededRandom } from '../random.js'
import { asTyped, type Event, schemaCheck } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import { VirtualClock } from '../virtual-clock.js'

const resampling = await loadResampling()
const strict = schemaCheck('realtime.strict.schema.json', 'ServerEvent')

export interface PeerStageOptions {
  readonly limits?: Partial<RealtimeLimits>
  readonly query?: { readonly model?: string; readonly intent?: string }
  readonly seed?: unknown
  readonly track?: MediaTrack
  readonly beta?: boolean
  readonly recogniser?: string | null
  /** The host throws it. */
  readonly refusal?: ParleyError
  /** The session does not stand before this resolves. */
  readonly gate?: Promise<void>
  aside?(ask: Aside, signal: AbortSignal): AsyncIterable<ReplyPart>
}

/** What the session was asked to do, in order. */
export type SessionCall =
  | readonly ['configure', Steer]
  | readonly ['answer', Wishes | undefined]
  | readonly ['remember', GivenEntry, string | null | undefined]
  | readonly ['forget' | 'amend' | 'played', ...unknown[]]
  | readonly ['interrupt' | 'commit' | 'callOff' | 'forgetSound']
  | readonly ['closed', CloseReason]

export class PeerStage {
  readonly clock = new VirtualClock()
  readonly events: Event[] = []
  readonly calls: SessionCall[] = []
  readonly requests: RealtimeOpenRequest[] = []
  readonly closings: { readonly code: number; readonly reason: string }[] = []
  readonly faults: string[] = []
  /** Samples the session was given. */
  heardSamples = 0
  backlogBytes = 0
  /** What the session does when it is interrupted, or asked for an answer. */
  onInterrupt: () => void = () => {}
  onAnswer: () => void = () => {}
  onCommit: () => void = () => {}
  peer!: RealtimePeer
  transport: Transport | undefined
  #replyMs = 0

  async open(options: PeerStageOptions = {}): Promise<this> {
    this.start(options)
    await this.clock.advance(150)
    return this
  }

  start(options: PeerStageOptions = {}): this {
    const { limits, query = { model: 'gpt-realtime' }, seed, track, beta, gate, refusal } = options
    this.peer = createRealtimePeer({
      principal: { tenant: 'acme', subject: 'ann' },
      host: {
        open: async request => {
          this.requests.push(request)
          await gate
          if (refusal !== undefined) throw refusal
          this.transport = request.transport
          request.transport.open(this.#inbox(options))
          const { recogniser = 'coded' } = options
          return { session: 'ses_1', agent: 'test', language: 'en', recogniser, voice: 'coded' }
        },
      },
      clock: this.clock,
      epochMs: () => 1_795_000_000_000,
      random: seededRandom(3),
      resampling,
      limits: { ...defaultRealtimeLimits, ...limits },
      log: {
        info: () => {},
        warn: (facts, message) => this.faults.push(`${message} ${JSON.stringify(facts)}`),
      },
      query,
      ...(seed === undefined ? {} : { seed }),
      ...(track === undefined ? {} : { track }),
      ...(beta === undefined ? {} : { beta }),
      send: text => this.#sent(text),
      backlogBytes: () => this.backlogBytes,
      rttMs: () => 40,
      end: closing => void this.closings.push(closing),
    })
    return this
  }

  send(event: object | string): void {
    this.peer.receive(typeof event === 'string' ? event : JSON.stringify(event))
  }

  /** The session tells something. */
  tell(event: object): void {
    this.transport?.send({ atMs: this.clock.now(), ...event } as SessionEvent)
  }

  /** A reply with its words and sound, up to but not with its end. */
  reply(reply: string, turn: string, text: string): void {
    this.tell({ kind: 'reply-started', turn, reply })
    this.say(reply, text)
  }

  say(reply: string, text: string): void {
    this.#replyMs = 0
    for (const word of text.split(' ')) {
      this.tell({ kind: 'reply-words', reply, text: `${word} `, untilMs: this.#replyMs + 200 })
      this.play(reply, 200)
    }
  }

  play(reply: string, ms: number, atMs = this.#replyMs): void {
    const rate = this.transport?.outputRate ?? 24_000
    for (let done = 0; done < ms; done += 20) {
      const samples = new Int16Array((rate * 20) / 1000).fill(1_000 + done)
      this.transport?.play({ samples, rate, atMs: atMs + done }, reply as ReplyId)
    }
    this.#replyMs = atMs + ms
  }

  /** All of the reply was made and sent. */
  sent(reply: string, turn: string): void {
    this.tell({ kind: 'reply-made', turn, reply, inputTokens: 3, outputTokens: 2 })
    this.tell({ kind: 'reply-sent', reply, totalMs: this.#replyMs })
  }

  ended(reply: string, turn: string, ms: number, interrupted = false): void {
    const heard = { reply, ms, text: '', complete: !interrupted, source: 'estimated', errorMs: 0 }
    this.tell({ kind: 'reply-ended', turn, reply, said: '', heard, interrupted })
  }

  /** A spoken turn from its first sound to its commit. */
  turn(turn: string, text: string): void {
    this.tell({ kind: 'speech-started', turn, mediaMs: 0 })
    this.tell({ kind: 'transcript-final', turn, text, origin: 'speech', startMs: 0, endMs: 100 })
    this.tell({ kind: 'turn-committed', turn })
  }

  /** `ms` of sound at 24 kHz. */
  append(ms: number): void {
    const audio = Buffer.alloc(ms * 48, 1).toString('base64')
    this.send({ type: 'input_audio_buffer.append', audio })
  }

  types(from = 0): string[] {
    return this.events.slice(from).map(({ type }) => type)
  }

  last(type: string): Event | undefined {
    return this.events.findLast(event => event.type === type)
  }

  all(type: string): Event[] {
    return this.events.filter(event => event.type === type)
  }

  called(name: SessionCall[0]): SessionCall[] {
    return this.calls.filter(call => call[0] === name)
  }

  #sent(text: string): void {
    const event = JSON.parse(text) as Event
    this.events.push(event)
    const fault = strict(asTyped(event))
    if (fault !== '') this.faults.push(`${fault}: ${text.slice(0, 400)}`)
  }

  #inbox({ aside }: PeerStageOptions) {
    const note = (...call: SessionCall) => void this.calls.push(call)
    return {
      audio: ({ samples }: { readonly samples: Int16Array }) => {
        this.heardSamples += samples.length
      },
      interrupt: (): Heard | undefined => {
        note('interrupt')
        this.onInterrupt()
        return undefined
      },
      commit: () => {
        note('commit')
        this.onCommit()
      },
      text: () => {},
      dtmf: () => {},
      played: (reply: ReplyId, ms: number) => note('played', reply, ms),
      closed: (reason: CloseReason) => note('closed', reason),
      steering: {
        ...noSteering,
        configure: (steer: Steer) => note('configure', steer),
        answer: (wishes?: Wishes) => {
          note('answer', wishes)
          this.onAnswer()
        },
        callOff: () => note('callOff'),
        forgetSound: () => note('forgetSound'),
        remember: (entry: GivenEntry, behind?: string | null) => note('remember', entry, behind),
        forget: (what: unknown) => note('forget', what),
        amend: (reply: ReplyId, heard: unknown) => note('amend', reply, heard),
        ...(aside === undefined ? {} : { aside }),
      },
    }
  }
}

export { ParleyError }
