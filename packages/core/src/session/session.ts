/**
 * One conversation. Everything enters here in order (audio, commands, reports and the end of a leg by `Inbox`;
 * evidence by `observe`; the clock by the beat), goes through the floor machine, and what it decides is carried
 * out on the caller's turns and the agent's answers. The session routes; each of those keeps its own rules.
 */

import type { AudioFrame } from '@parley/audio'
import type { Cancel } from '../clock/clock.js'
import type { EngineLink } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import { type Decision, type Floor, step } from '../floor/floor.js'
import type { ReplyId, SessionId } from '../ids.js'
import type { CloseReason, Transport } from '../transport.js'
import type { Heard, HistoryEntry } from '../turn/history.js'
import { Memory } from '../turn/memory.js'
import { Answering } from './answering.js'
import { Caller } from './caller.js'
import type { SessionEvent } from './events.js'
import { FloorTimers } from './floor-timers.js'
import { createLegInbox } from './leg-inbox.js'
import type { ReplyRun } from './reply-run.js'
import type { SessionParts } from './session-parts.js'
import { Telling } from './telling.js'
import { Watchdog } from './watchdog.js'

export class Session {
  readonly id: SessionId
  readonly #parts: SessionParts
  readonly #answering: Answering
  readonly #caller: Caller
  readonly #memory = new Memory()
  readonly #telling: Telling
  readonly #watchdog: Watchdog
  readonly #timers: FloorTimers
  readonly #mailbox: Evidence[] = []
  readonly #stopTicking: Cancel
  #link: EngineLink | undefined
  #leg: Transport | undefined
  /** The first leg, until the engine stands. */
  #opening: Transport | undefined
  #floor: Floor = 'open'
  #heardAtCut: Heard | undefined
  #deciding = false
  #ending: Promise<void> | undefined

  constructor(parts: SessionParts) {
    const { clock, id, ids, journal, outputRate, resampling, taps } = parts
    this.id = id
    this.#parts = parts
    const telling = new Telling({ session: id, clock, journal, taps, send: event => this.#send(event) })
    const emit = telling.tell.bind(telling)
    const shared = { clock, ids, memory: this.#memory, resampling, emit }
    this.#telling = telling
    this.#caller = new Caller({ ...shared, ear: parts.ear, listenRate: parts.listenRate })
    this.#timers = new FloorTimers({
      clock,
      mediaMs: () => this.#caller.mediaMs,
      due: (timer, atMs) => this.observe({ kind: 'timer', atMs, timer }),
    })
    this.#watchdog = new Watchdog(parts.limits, clock.now())
    this.#answering = new Answering({
      ...shared,
      outputRate,
      warn: error => telling.warn(error),
      audible: reply => this.observe({ kind: 'reply-audible', atMs: this.#caller.mediaMs, reply }),
      ended: run => this.#replyEnded(run),
      agentAudio: (frame, reply) => this.#agentAudio(frame, reply),
    })
    this.#stopTicking = parts.ticker.add(now => this.#tick(now))
  }

  get floor(): Floor {
    return this.#floor
  }

  /** What was said and heard so far, oldest first. */
  get history(): readonly HistoryEntry[] {
    return this.#memory.history()
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
    const { id, language, opens } = this.#parts
    this.#opening = leg
    const started = this.#telling.tellTaps({ kind: 'session-started', session: id, language })
    const link = await this.#connect()
    this.#link = link
    if (this.#ending !== undefined) return this.#closeLink()
    this.#opening = undefined
    this.#caller.use(link)
    this.#answering.use(link)
    this.attach(leg)
    this.#telling.announce(started)
    if (opens) this.observe({ kind: 'end-of-turn', atMs: 0, source: 'opening' })
  }

  /** Puts a (new) leg in the place of the old one; what the old one did not play is sent again. */
  attach(leg: Transport): void {
    if (this.#ending !== undefined) throw new ParleyError('resume_failed')
    const old = this.#leg
    this.#answering.disconnect()
    this.#leg = leg
    this.#watchdog.attached()
    old?.close('replaced')
    leg.open(this.#inboxOf(leg))
    this.#answering.connect(leg)
    this.#telling.catchUp()
  }

  /** Evidence from the ear, the engine, the timers and the far end, in the order it is observed. */
  observe(evidence: Evidence): void {
    if (this.#ending !== undefined) return
    this.#mailbox.push(evidence)
    if (this.#deciding) return
    this.#deciding = true
    this.#guard(() => {
      for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift())
        this.#decide(next)
    })
    this.#deciding = false
  }

  /** Ends the conversation; a second call waits for the first. */
  end(reason: CloseReason): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    let done = (): void => {}
    const ending = new Promise<void>(resolve => {
      done = resolve
    })
    // Set before anything is stopped: what that stirs up enters no more.
    this.#ending = ending
    void this.#finish(reason).finally(done)
    return ending
  }

  async #connect(): Promise<EngineLink> {
    const { id, language, listenRate, clock, engine } = this.#parts
    try {
      return await engine.connect({
        session: id,
        language,
        inputRate: listenRate,
        clock,
        observe: evidence => this.observe(evidence),
        warn: error => this.#telling.warn(error),
      })
    } catch (error) {
      this.#opening = undefined
      await this.end('error')
      throw error
    }
  }

  #now(): number {
    return this.#parts.clock.now()
  }

  #inboxOf(leg: Transport) {
    return createLegInbox(() => this.#leg === leg && this.#ending === undefined, {
      hear: frame => this.#hear(frame),
      interrupt: () => this.#interrupt(),
      endTurn: (source, text) =>
        this.observe({
          kind: 'end-of-turn',
          atMs: this.#caller.mediaMs,
          source,
          ...(text === undefined ? {} : { text }),
        }),
      played: (reply, ms) => this.#answering.played(reply, ms),
      closed: reason => this.#closed(reason),
    })
  }

  #hear(frame: AudioFrame): void {
    this.#telling.userAudio(frame)
    const evidence = this.#caller.hear(frame)
    if (evidence !== undefined) this.observe(evidence)
  }

  #agentAudio(frame: AudioFrame, reply: ReplyId): void {
    this.#watchdog.active(this.#now())
    this.#telling.agentAudio(frame, reply)
  }

  #interrupt(): Heard | undefined {
    this.#heardAtCut = undefined
    this.observe({ kind: 'interrupt', atMs: this.#caller.mediaMs })
    return this.#heardAtCut
  }

  #closed(reason: CloseReason): void {
    if (reason !== 'lost') {
      void this.end(reason)
      return
    }
    this.#answering.disconnect()
    this.#leg = undefined
    this.#watchdog.detached(this.#now())
  }

  #tick(nowMs: number): void {
    this.#guard(() => this.#answering.tick(nowMs))
    if (this.#floor === 'user' || this.#floor === 'overlap') this.#listen(nowMs)
    const due = this.#watchdog.due(nowMs)
    if (due !== undefined) void this.end(due)
  }

  /** While somebody speaks the session is not idle; but audio that stopped in the middle of it will not end it. */
  #listen(nowMs: number): void {
    this.#watchdog.active(nowMs)
    if (this.#watchdog.stalled(this.#caller.lastAudioAtMs, nowMs))
      this.observe({ kind: 'speech-end', atMs: this.#caller.mediaMs })
  }

  /** A fault of ours, or of a part that was not to throw, ends this conversation and no other. */
  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#telling.warn(ParleyError.from(error))
      void this.end('error')
    }
  }

  #decide(evidence: Evidence): void {
    this.#note(evidence)
    const from = this.#floor
    const [floor, ...decisions] = step(from, evidence, this.#parts.policy)
    this.#floor = floor
    if (floor !== from) this.#telling.tell({ kind: 'floor-changed', floor })
    for (const decision of decisions) this.#carryOut(decision, evidence)
    this.#tellSpeech(from)
  }

  /** Keeps what the evidence says, whatever is decided of it. */
  #note(evidence: Evidence): void {
    switch (evidence.kind) {
      case 'speech-start':
      case 'speech-end':
        this.#caller.boundary(evidence.kind, evidence.atMs)
        break
      case 'transcript':
        return this.#caller.transcript(evidence)
      case 'end-of-turn':
      case 'interrupt':
      case 'reply-ended':
        break
      case 'reply-audible':
      case 'timer':
        return
      default:
        evidence satisfies never
    }
    this.#watchdog.active(this.#now())
  }

  #tellSpeech(from: Floor): void {
    if (from === this.#floor) return
    if (this.#floor === 'user') this.#caller.speechStarted()
    if (this.#floor === 'pause') this.#caller.speechEnded()
  }

  #carryOut(decision: Decision, evidence: Evidence): void {
    switch (decision.kind) {
      case 'turn-open':
        return this.#caller.openTurn(evidence)
      case 'turn-reopen':
        return this.#caller.reopenTurn(evidence)
      case 'turn-commit':
        return this.#commit(evidence)
      case 'prepare':
        if (this.#caller.turn !== undefined) this.#answering.prepare(this.#caller.turn)
        return
      case 'discard':
      case 'barge-in':
        this.#heardAtCut = this.#answering.cut()
        return
      case 'duck':
        return this.#answering.duck(this.#caller.onsetAtMs)
      case 'resume':
        return this.#answering.resume()
      case 'arm':
        return this.#timers.arm(decision.timer, decision.sinceMs + decision.ms)
      case 'disarm':
        return this.#timers.disarm(decision.timer)
      default:
        decision satisfies never
    }
  }

  #commit(evidence: Evidence): void {
    const turn = this.#caller.commitTurn(evidence)
    if (turn !== undefined) this.#answering.commit(turn)
  }

  #replyEnded(run: ReplyRun): void {
    this.observe({ kind: 'reply-ended', atMs: this.#caller.mediaMs, reply: run.reply })
    for (const action of run.actions) {
      if (action.name === 'hang-up') void this.end('hang-up')
      else this.#telling.tell({ kind: 'note', data: action.data })
    }
  }

  #send(event: SessionEvent): boolean {
    this.#leg?.send(event)
    return this.#leg !== undefined
  }

  async #finish(reason: CloseReason): Promise<void> {
    this.#stopTicking()
    this.#timers.close()
    this.#mailbox.length = 0
    this.#guard(() => this.#answering.close())
    this.#caller.close()
    const closed = this.#closeLink()
    await this.#telling.close(reason)
    const leg = this.#leg ?? this.#opening
    this.#leg = undefined
    this.#opening = undefined
    leg?.close(reason)
    await closed
  }

  async #closeLink(): Promise<void> {
    try {
      await this.#link?.close()
    } catch (error) {
      this.#telling.warn(ParleyError.from(error, 'engine_failed'))
    }
  }
}
