/**
 * A real session among things that only do what they are told: clock, beat, engine and legs. `act` does to it what
 * one entry of a log says came in; what only the kind of replay can know (timers, parts, ids, the journal) is its
 * driver's.
 */

import type { Resampling } from '@parley/audio'
import type { Ids } from '../clock/clock.js'
import type { Ear } from '../ear/ear.js'
import type { ReplyPart } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { SessionEvent } from '../session/events.js'
import { Session } from '../session/session.js'
import type { BesideInbox } from '../transport.js'
import { type TurnTaking, turnTaking } from '../turn-taking.js'
import type { LogEntry, LogHeader, LogOutput } from './log-entry.js'
import { LoggedEar } from './logged-ear.js'
import { ReplayClock } from './replay-clock.js'
import { ReplayEngine, type Request } from './replay-engine.js'
import { ReplayLeg } from './replay-leg.js'

/** What a replay needs beside the log. */
export interface ReplayParts {
  readonly header: LogHeader
  readonly resampling: Resampling
  /** The ear for the recorded sound; without it the recorded results of the ear count. */
  readonly ear?: Ear
  /** How turns are taken; the gateway's own without it. */
  readonly turnTaking?: (policy: LogHeader['policy'], language: string) => TurnTaking
  /** Comes back once every promise that is ready has settled. */
  readonly settle: () => Promise<void>
  /** What the session does, in order. A frame's samples are only valid in the call. */
  output(output: LogOutput): void
}

export interface StageParts extends ReplayParts {
  readonly ids: Ids
  /** The stream for each request, in order. */
  ask(request: Request): AsyncIterable<ReplyPart>
  /** The session gives an event to the journal; resolves when it is stored. */
  write(event: SessionEvent): Promise<void>
}

export class ReplayStage {
  readonly clock: ReplayClock
  readonly session: Session
  readonly #parts: StageParts
  readonly #engine: ReplayEngine
  readonly #loggedEar = new LoggedEar()
  readonly #beats = new Set<() => void>()
  readonly #beside: BesideInbox
  #leg: ReplayLeg
  #firstAttached = false

  constructor(parts: StageParts) {
    this.#parts = parts
    const { header, resampling, ids } = parts
    const { session: id, language, listenRate, outputRate, policy, limits, opens, hears, goesOnFrom } = header
    this.clock = new ReplayClock(header.atMs)
    this.#engine = new ReplayEngine(request => parts.ask(request))
    this.#leg = new ReplayLeg(outputRate)
    this.session = new Session({
      id,
      language,
      engine: this.#engine,
      ...(hears ? { ear: parts.ear ?? this.#loggedEar } : {}),
      listenRate,
      outputRate,
      resampling,
      policy,
      turnTaking: held => (parts.turnTaking ?? turnTaking)(held, language),
      limits,
      opens,
      ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
      journal: { write: (_, event) => parts.write(event) },
      taps: [],
      clock: this.clock,
      ticker: {
        periodMs: 20,
        add: run => {
          const beat = () => run(this.clock.nowMs)
          this.#beats.add(beat)
          return () => void this.#beats.delete(beat)
        },
      },
      ids,
      log: {
        keeps: header.keeps,
        begin() {},
        input() {},
        end() {},
        output: output => parts.output(output),
      },
    })
    this.#beside = this.session.beside(() => true)
  }

  /** Does what the entry says; true where promises have to settle before the next. */
  act(entry: LogEntry, next: LogEntry | undefined): boolean {
    this.clock.nowMs = entry.atMs
    const { inbox } = this.#leg
    // The leg's, or another device's: a log does not tell them apart.
    const beside = this.#beside
    switch (entry.kind) {
      case 'start':
        this.session.start(this.#leg).catch(() => {})
        return true
      case 'connected':
        if (entry.failed) this.#engine.fail()
        else {
          if (next?.kind === 'attach') this.#leg.be(next)
          this.#engine.stand(entry.says)
        }
        return true
      case 'attach':
        this.#attach(entry)
        return false
      case 'path':
        this.#leg.pathMs = entry.pathMs
        return false
      case 'audio':
        this.#loggedEar.heard = entry.heard
        inbox?.audio({ samples: soundOf(entry), rate: entry.rate, atMs: 0 })
        return false
      case 'interrupt':
        beside.interrupt()
        return false
      case 'commit':
        beside.commit()
        return false
      case 'text':
        beside.text(entry.text)
        return false
      case 'dtmf':
        beside.dtmf(entry.digit)
        return false
      case 'played':
        inbox?.played(entry.reply, entry.ms)
        return false
      case 'configure':
        inbox?.steering.configure(entry.steer)
        return false
      case 'answer':
        inbox?.steering.answer(entry.wishes)
        return false
      case 'call-off':
        inbox?.steering.callOff()
        return false
      case 'forget-sound':
        inbox?.steering.forgetSound()
        return false
      case 'remember':
        inbox?.steering.remember(entry.entry, entry.behind)
        return false
      case 'forget':
        inbox?.steering.forget(entry.what)
        return false
      case 'amend':
        inbox?.steering.amend(entry.reply, entry.heard)
        return false
      case 'closed':
        inbox?.closed(entry.reason)
        return false
      case 'end':
        void this.session.end(entry.reason)
        return false
      case 'evidence':
        this.session.observe(entry.evidence)
        return false
      case 'warn':
        this.#engine.call?.warn(new ParleyError(entry.code, entry.message))
        return false
      case 'fault':
        // All that it does.
        this.#engine.call?.warn(new ParleyError(entry.code, entry.message))
        void this.session.end('error')
        return false
      case 'tick':
        for (const beat of this.#beats) beat()
        return false
      case 'part':
      case 'parts-end':
      case 'timer':
      case 'stored':
      case 'soon':
      case 'id':
        return false
      default:
        entry satisfies never
        return false
    }
  }

  /** The first leg is attached by the session itself, once the engine stands. */
  #attach(entry: Extract<LogEntry, { kind: 'attach' }>): void {
    if (this.#firstAttached) {
      if (this.session.ending !== undefined) return
      this.#leg = new ReplayLeg(this.#parts.header.outputRate)
      this.#leg.be(entry)
      this.session.attach(this.#leg)
    }
    this.#firstAttached = true
  }
}

/** The samples of an entry, or as much silence where sound is not kept. */
export function soundOf({
  samples,
  count,
}: {
  readonly samples: Int16Array
  readonly count: number
}): Int16Array {
  return samples.length === count ? samples : new Int16Array(count)
}
