import { loadResampling, type Resampling } from '@parley/audio'
import {
  type Clock,
  createDurationJudge,
  createFixedEndpointing,
  createTicker,
  type DurableEvent,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Ear,
  type Endpointing,
  type Engine,
  type Ids,
  type Journal,
  type Judge,
  Session,
  type SessionEvent,
  type SessionId,
  type SessionLimits,
  type SessionLog,
  type SessionParts,
  type SessionSnapshot,
  type SessionUsage,
  type Tap,
  type TurnPolicy,
} from '@parley/core'
import { countingIds } from './random.js'
import { SimCaller, type SimCallerOptions } from './sim-caller.js'
import { SimEngine, type SimEngineOptions } from './sim-engine.js'
import { createThresholdEar } from './threshold-ear.js'
import { VirtualClock } from './virtual-clock.js'

export interface SimConversationOptions {
  readonly answer?: SimEngineOptions['answer']
  readonly recognise?: SimEngineOptions['recognise']
  readonly say?: SimEngineOptions['say']
  readonly caller?: Partial<Omit<SimCallerOptions, 'clock'>>
  readonly policy?: Partial<TurnPolicy>
  /** Instead of the plain judge (300 ms of voice) and the plain endpointing (700 ms of silence). */
  readonly judge?: Judge
  readonly endpointing?: Endpointing
  /** Instead of both, for policies that change. */
  readonly turnTaking?: SessionParts['turnTaking']
  /** Instead of the one that takes every loud frame for voice. */
  readonly ear?: Ear
  readonly log?: SessionLog
  readonly limits?: Partial<SessionLimits>
  readonly opens?: boolean
  /** Puts an engine of the test's own around the simulated one. */
  readonly around?: (engine: SimEngine) => Engine
  readonly journal?: Journal
  readonly taps?: readonly Tap[]
  /** A clock that others run by, too. */
  readonly clock?: VirtualClock
  /** What the session alone runs by, and can die with. */
  readonly life?: Clock
  readonly ids?: Ids
  readonly goesOnFrom?: SessionSnapshot
  readonly snapshots?: (snapshot: SessionSnapshot) => void
  readonly usage?: SessionUsage
}

const SAMPLE_RATE = 16_000
const FRAME_MS = 20

/** A whole session under virtual time: simulated caller, network and engine around the real thing. */
export class SimConversation {
  readonly clock: VirtualClock
  readonly session: Session
  readonly engine: SimEngine
  readonly stored: DurableEvent[] = []
  readonly events: SessionEvent[] = []
  caller: SimCaller
  readonly #callerOptions: SimCallerOptions
  #heardMs = 0

  private constructor(options: SimConversationOptions, resampling: Resampling) {
    this.clock = options.clock ?? new VirtualClock()
    const clock = this.clock
    this.#callerOptions = {
      clock,
      uplinkMs: 40,
      downlinkMs: 40,
      jitterMs: 60,
      aheadMs: 200,
      sampleRate: SAMPLE_RATE,
      ...options.caller,
    }
    this.caller = new SimCaller(this.#callerOptions)
    this.engine = new SimEngine({
      clock,
      sampleRate: SAMPLE_RATE,
      answer: options.answer ?? (() => ({ thinkMs: 100, paceMs: 10, words: [] })),
      ...(options.recognise === undefined ? {} : { recognise: options.recognise }),
      ...(options.say === undefined ? {} : { say: options.say }),
    })
    this.session = new Session({
      id: 'ses_sim' as SessionId,
      language: 'en',
      engine: options.around?.(this.engine) ?? this.engine,
      ear: options.ear ?? createThresholdEar(),
      listenRate: SAMPLE_RATE,
      outputRate: SAMPLE_RATE,
      resampling,
      policy: { ...defaultTurnPolicy, ...options.policy },
      turnTaking:
        options.turnTaking ??
        (() => ({
          judge: options.judge ?? createDurationJudge({ holdMs: 150, claimMs: 300 }),
          endpointing: options.endpointing ?? createFixedEndpointing(700),
        })),
      ...(options.log === undefined ? {} : { log: options.log }),
      limits: { ...defaultSessionLimits, ...options.limits },
      opens: options.opens ?? false,
      journal: options.journal ?? { write: async (_, event) => void this.stored.push(event) },
      taps: [{ name: 'account', event: event => void this.events.push(event) }, ...(options.taps ?? [])],
      clock: options.life ?? clock,
      ticker: createTicker(options.life ?? clock, FRAME_MS),
      ids: options.ids ?? countingIds(),
      ...(options.goesOnFrom === undefined ? {} : { goesOnFrom: options.goesOnFrom }),
      ...(options.snapshots === undefined ? {} : { snapshots: options.snapshots }),
      ...(options.usage === undefined ? {} : { usage: options.usage }),
    })
  }

  /** A conversation whose session is not started yet. */
  static async create(options: SimConversationOptions = {}): Promise<SimConversation> {
    return new SimConversation(options, await loadResampling())
  }

  static async start(options: SimConversationOptions = {}): Promise<SimConversation> {
    const conversation = await SimConversation.create(options)
    await conversation.session.start(conversation.caller)
    return conversation
  }

  /** The caller speaks for `ms` of real time, frame by frame. */
  async speak(ms: number): Promise<void> {
    await this.#sound(ms, 6_000)
  }

  /** The caller is silent, with an open microphone. */
  async silence(ms: number): Promise<void> {
    await this.#sound(ms, 0)
  }

  /** A new leg takes the place of the one that broke. */
  resume(): void {
    this.caller = new SimCaller(this.#callerOptions)
    this.#heardMs = 0
    this.session.attach(this.caller)
  }

  /** Events of one kind, in order. */
  of<Kind extends SessionEvent['kind']>(kind: Kind): Extract<SessionEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<SessionEvent, { kind: Kind }> => event.kind === kind)
  }

  async #sound(ms: number, level: number): Promise<void> {
    for (let done = 0; done < ms; done += FRAME_MS) {
      const samples = new Int16Array((SAMPLE_RATE * FRAME_MS) / 1000).fill(level)
      this.caller.say({ samples, rate: SAMPLE_RATE, atMs: this.#heardMs })
      this.#heardMs += FRAME_MS
      await this.clock.advance(FRAME_MS)
    }
  }
}
