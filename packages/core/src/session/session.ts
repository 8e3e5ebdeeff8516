/**
 * One conversation. Everything comes in through the `Entrance`, one thing at a time (audio, commands, reports and the
 * end of a leg by `Inbox`; evidence and parts from the engine; the clock by the beat), goes through the floor machine,
 * and what it decides is carried out on the caller's turns and the agent's answers. The session routes; each of those
 * keeps its own rules.
 */

import type { AudioFrame } from '@parley/audio'
import type { Cancel } from '../clock/clock.js'
import { defined } from '../defined.js'
import type { EngineLink } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import type { Floor } from '../floor/floor.js'
import type { SessionId } from '../ids.js'
import type { BesideInbox, CloseReason, Inbox, Transport } from '../transport.js'
import type { HistoryEntry } from '../turn/history.js'
import { Asides } from './asides.js'
import { Beat } from './beat.js'
import { Deciding } from './deciding.js'
import type { SessionEvent } from './events.js'
import { goOn, remember } from './going-on.js'
import { LegFace } from './leg-face.js'
import { createLegInbox } from './leg-inbox.js'
import { faceLink } from './link-face.js'
import type { ReplyRun } from './reply-run.js'
import { createBody, type SessionBody } from './session-body.js'
import type { SessionParts } from './session-parts.js'
import { steeringOf } from './session-steering.js'
import { isBlank, type SessionSnapshot } from './snapshot.js'
import { Snapshots } from './snapshots.js'
import { StuckWatch } from './stuck-watch.js'

export class Session {
  readonly id: SessionId
  readonly #body: SessionBody
  readonly #deciding: Deciding
  readonly #stuck = new StuckWatch()
  readonly #asides: Asides
  readonly #snapshots: Snapshots
  readonly #stopTicking: Cancel
  #link: EngineLink | undefined
  #leg: LegFace | undefined
  /** The first leg, until the engine stands. */
  #opening: Transport | undefined
  #ending: Promise<void> | undefined

  constructor(parts: SessionParts) {
    this.id = parts.id
    const body = createBody(parts, {
      send: event => this.#send(event),
      tapFailed: error => this.#warn(error),
      observe: evidence => this.#deciding.observe(evidence),
      replyEnded: run => this.#replyEnded(run),
    })
    this.#body = body
    const guard = (run: () => void) => this.#guard(run)
    const deciding = new Deciding(body, { isOver: () => this.#ending !== undefined, guard })
    this.#deciding = deciding
    this.#asides = new Asides({
      ids: parts.ids,
      link: () => this.#link,
      history: () => body.memory.history(),
      mediaMs: () => body.caller.mediaMs,
    })
    this.#snapshots = new Snapshots(body)
    if (parts.goesOnFrom !== undefined) remember(body, parts.goesOnFrom)
    const beat = new Beat(body, {
      deciding,
      stuck: this.#stuck,
      snapshots: this.#snapshots,
      host: {
        leg: () => this.#leg,
        says: () => this.#link?.say !== undefined,
        stands: () => this.#link !== undefined,
        guard,
        end: reason => void this.#end(reason),
      },
    })
    const tick = () => {
      if (this.#ending === undefined) beat.beat()
    }
    this.#stopTicking = parts.ticker.add(() => body.entrance.enter(tick))
  }

  get floor(): Floor {
    return this.#deciding.floor
  }

  /** End of the caller's sound so far, ms, on the line of `mediaMs`. */
  get mediaMs(): number {
    return this.#body.caller.mediaMs
  }

  /** Of the present leg, to the far end's ear and back, ms: measured, else estimated. Undefined while there is none. */
  get roundTripMs(): number | undefined {
    const leg = this.#leg?.transport ?? this.#opening
    return leg?.roundTripMs ?? leg?.pathMs
  }

  /** How much of the caller's sound was received, without the pauses in its sending, ms: what a far end can count as well. */
  get receivedMs(): number {
    return this.#body.caller.receivedMs
  }

  /** What was said and heard so far, oldest first. */
  get history(): readonly HistoryEntry[] {
    return this.#body.memory.history()
  }

  /** Pending once the session ends; resolves when all of it is stored, or given up with a warning. */
  get ending(): Promise<void> | undefined {
    return this.#ending
  }

  /**
   * Connects the engine, then the first leg; the agent speaks first where it is to. Throws what the engine throws, with
   * the session ended and the leg left to the caller. A session that is ended meanwhile closes the leg.
   */
  async start(leg: Transport): Promise<void> {
    const { id, language, goesOnFrom } = this.#body.parts
    this.#opening = leg
    let started: SessionEvent | undefined
    this.#body.entrance.enter(() => {
      this.#body.entrance.note(() => ({ kind: 'start' }))
      started = this.#body.telling.tellTaps({
        kind: 'session-started',
        session: id,
        language,
        ...(goesOnFrom === undefined ? {} : { goesOn: true }),
      })
    })
    const link = faceLink(await this.#connect(), error => this.#fault(error))
    this.#link = link
    if (this.#ending !== undefined) return this.#closeLink()
    this.#opening = undefined
    this.#body.entrance.enter(() => {
      this.#body.entrance.note(() => ({ kind: 'connected', failed: false, says: link.say !== undefined }))
      this.#body.caller.use(link)
      this.#body.answering.use(link)
      this.#attach(leg, 'replaced')
      this.#body.telling.announce(started)
      if (goesOnFrom !== undefined && !isBlank(goesOnFrom)) this.#goOn(goesOnFrom)
      else if (this.#body.parts.opens)
        this.#deciding.observe({ kind: 'end-of-turn', atMs: 0, source: 'opening' })
    })
  }

  #goOn(from: SessionSnapshot): void {
    goOn(this.#body, from, {
      answer: () => this.#deciding.answer(undefined),
      end: reason => void this.#end(reason),
    })
  }

  /**
   * Puts a (new) leg in the place of the old one; what the old one did not play is sent again. The old one is closed and
   * told why: `taken-over` leaves it in the conversation, as a device beside the leg.
   */
  attach(leg: Transport, why: 'replaced' | 'taken-over' = 'replaced'): void {
    if (this.#ending !== undefined) throw new ParleyError('resume_failed')
    this.#body.entrance.enter(() => {
      // The session may have ended while the leg waited for its turn.
      if (this.#ending === undefined) this.#attach(leg, why)
      else leg.close('error')
    })
  }

  /**
   * The way in for a device that is not the leg, while `isLive`; what comes in by it stands in the session log as if the
   * leg had said it. Deaf before the engine stands and once the session ends.
   */
  beside(isLive: () => boolean): BesideInbox {
    const { interrupt, commit, text, dtmf } = this.#inbox(() => this.#link !== undefined && isLive())
    return { interrupt, commit, text, dtmf }
  }

  /** Evidence from outside: the engine's, or a test's. */
  observe(evidence: Evidence): void {
    this.#body.entrance.enter(() => {
      if (this.#ending !== undefined) return
      this.#body.entrance.note(() => ({ kind: 'evidence', evidence }))
      this.#stuck.stirred()
      this.#deciding.observe(evidence)
    })
  }

  /** Ends the conversation; a second call waits for the first. */
  end(reason: CloseReason): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    return new Promise(resolve =>
      this.#body.entrance.enter(() => {
        if (this.#ending === undefined) {
          this.#body.entrance.note(() => ({ kind: 'end', reason }))
          void this.#end(reason)
        }
        resolve(this.#ending)
      }),
    )
  }

  /**
   * Ends this process's part of a conversation that another goes on with: the gate is shut, the far end cleared, what was
   * heard written, and the leg closed (`handed-over`).
   * @throws `resume_failed` where it is over.
   */
  async handOver(): Promise<SessionSnapshot> {
    let snapshot: SessionSnapshot | undefined
    await new Promise<void>(resolve =>
      this.#body.entrance.enter(() => {
        if (this.#ending === undefined) {
          this.#body.entrance.note(() => ({ kind: 'end', reason: 'handed-over' }))
          this.#guard(() => {
            // Until the engine stands, nothing has come of it here.
            const { goesOnFrom } = this.#body.parts
            snapshot = (this.#link === undefined ? goesOnFrom : undefined) ?? this.#snapshots.take()
          })
          void this.#end('handed-over')
        }
        resolve()
      }),
    )
    await this.#ending
    if (snapshot === undefined) throw new ParleyError('resume_failed', 'The session is over.')
    return snapshot
  }

  async #connect(): Promise<EngineLink> {
    const { id, language, listenRate, outputRate, clock, engine, usage: account } = this.#body.parts
    try {
      return await engine.connect({
        session: id,
        language,
        inputRate: listenRate,
        outputRate,
        history: () => this.#body.memory.history(),
        clock,
        ...defined({ account }),
        observe: evidence => this.observe(evidence),
        warn: error => this.#warn(error),
      })
    } catch (error) {
      this.#opening = undefined
      this.#body.entrance.enter(() => {
        this.#body.entrance.note(() => ({ kind: 'connected', failed: true, says: false }))
        void this.#end('error')
      })
      await this.#ending
      throw error
    }
  }

  #attach(leg: Transport, why: 'replaced' | 'taken-over'): void {
    const face = new LegFace(leg, this.#body.entrance, {
      cleared: () => this.#body.parts.ear?.agentCleared?.(this.#body.caller.mediaMs),
      ducked: on => this.#body.telling.agentDucked(on),
      failed: error => this.#fault(error),
    })
    const { aheadMs, pathMs, reportsPlayed, rewinds, reportsCuts } = face
    const cuts = reportsCuts ? ({ reportsCuts } as const) : {}
    this.#body.entrance.note(() => ({ kind: 'attach', aheadMs, pathMs, reportsPlayed, rewinds, ...cuts }))
    const old = this.#leg
    this.#body.answering.disconnect()
    this.#leg = face
    this.#body.watchdog.attached()
    this.#body.caller.mended(this.#now())
    old?.close(why)
    leg.open(this.#inbox(() => this.#leg?.transport === leg))
    this.#body.answering.connect(face)
    this.#body.telling.legChanged('attached')
    this.#body.telling.catchUp()
  }

  #now(): number {
    return this.#body.entrance.clock.now()
  }

  #inbox(isLive: () => boolean): Inbox {
    return createLegInbox(this.#body.entrance, () => isLive() && this.#ending === undefined, {
      arrived: () => this.#leg?.measure(),
      hear: frame => this.#hear(frame),
      cues: () => this.#body.caller.cues,
      interrupt: () => this.#deciding.interrupt(),
      endTurn: (source, text) =>
        this.#deciding.observe({
          kind: 'end-of-turn',
          atMs: this.#body.caller.mediaMs,
          source,
          ...(text === undefined ? {} : { text }),
        }),
      dtmf: digit => {
        this.#body.telling.tell({ kind: 'dtmf', digit })
        this.#deciding.observe({ kind: 'dtmf', atMs: this.#body.caller.mediaMs, digit })
      },
      played: (reply, ms) => this.#body.answering.played(reply, ms),
      closed: reason => this.#closed(reason),
      steering: steeringOf(this.#body, this.#deciding, this.#asides),
    })
  }

  /** Returns what the ear made of it. */
  #hear(frame: AudioFrame): Evidence | undefined {
    this.#body.telling.userAudio(frame)
    const evidence = this.#body.caller.hear(frame)
    this.#body.watchdog.heard(this.#body.caller.cues.voice, this.#now())
    if (evidence !== undefined) this.#deciding.observe(evidence)
    const { cues } = this.#body.caller
    if (this.#deciding.hearsTurn) this.#body.conduct.endpointing.hear(cues)
    this.#deciding.ruled(this.#body.overlap.hear(cues))
    return evidence
  }

  #closed(reason: CloseReason): void {
    if (reason !== 'lost') {
      void this.#end(reason)
      return
    }
    this.#body.answering.disconnect()
    this.#leg = undefined
    this.#body.caller.broke()
    this.#body.telling.legChanged('lost')
    this.#body.watchdog.detached(this.#now())
  }

  /** A fault of ours, or of a part that was not to throw, ends this conversation and no other. */
  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#body.telling.warn(ParleyError.from(error))
      void this.#end('error')
    }
  }

  #replyEnded(run: ReplyRun): void {
    this.#deciding.observe({ kind: 'reply-ended', atMs: this.#body.caller.mediaMs, reply: run.reply })
    this.#body.overlap.end()
    if (run.turn.last) void this.#end('idle')
    for (const action of run.actions) {
      if (action.name === 'hang-up') void this.#end('hang-up')
      else if (action.name === 'call') this.#body.telling.tell({ kind: 'call-ordered', order: action.order })
      else this.#body.telling.tell({ kind: 'note', data: action.data })
    }
  }

  #send(event: SessionEvent): boolean {
    this.#leg?.send(event)
    return this.#leg !== undefined
  }

  #end(reason: CloseReason): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    let done = (): void => {}
    // Set before anything is stopped: what that stirs up enters no more.
    this.#ending = new Promise<void>(resolve => {
      done = resolve
    })
    this.#finish(reason, done)
    return this.#ending
  }

  #finish(reason: CloseReason, done: () => void): void {
    this.#stopTicking()
    this.#body.timers.close()
    this.#deciding.close()
    this.#asides.close()
    this.#guard(() => this.#body.answering.close())
    this.#body.caller.close()
    const closed = this.#closeLink()
    const close = () =>
      this.#body.telling.close(reason, () => {
        const leg = this.#leg?.transport ?? this.#opening
        this.#leg = undefined
        this.#opening = undefined
        this.#body.entrance.log?.output({ kind: 'close', reason })
        this.#body.entrance.endLog()
        try {
          leg?.close(reason)
        } catch {
          // The last word was said: nobody is left who could be told.
        }
        void closed.then(done)
      })
    // An engine that fails to close at once is still told of.
    this.#body.entrance.soon(close)
  }

  async #closeLink(): Promise<void> {
    try {
      await this.#link?.close()
    } catch (error) {
      this.#warn(ParleyError.from(error, 'engine_failed'))
    }
  }

  /** A part of the session threw although it must not: that ends this conversation and no other. */
  #fault(thrown: unknown): void {
    const { code, message } = ParleyError.from(thrown)
    this.#body.entrance.enter(() => {
      if (this.#ending !== undefined) return
      this.#body.entrance.note(() => ({ kind: 'fault', code, message }))
      this.#body.telling.warn(new ParleyError(code, message))
      void this.#end('error')
    })
  }

  #warn(error: ParleyError): void {
    this.#body.entrance.enter(() => {
      this.#body.entrance.note(() => ({ kind: 'warn', code: error.code, message: error.message }))
      this.#body.telling.warn(error)
    })
  }
}
