/**
 * One conversation. Everything comes in through the `Entrance`, one thing at a time (audio, commands, reports and the
 * end of a leg by `Inbox`; evidence and parts from the engine; the clock by the beat), goes through the floor machine,
 * and what it decides is carried out on the caller's turns and the agent's answers. The session routes; each of those
 * keeps its own rules.
 */

import type { AudioFrame } from '@parley/audio'
import type { Cancel } from '../clock/clock.js'
import type { EngineLink } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import { type Decision, type Floor, type Moment, step } from '../floor/floor.js'
import type { ReplyId, SessionId } from '../ids.js'
import type { Ruling } from '../judge/judge.js'
import { keepsAll, SESSION_LOG_FORMAT } from '../replay/log-entry.js'
import type { CloseReason, Transport } from '../transport.js'
import type { Heard, HistoryEntry } from '../turn/history.js'
import { Memory } from '../turn/memory.js'
import { Answering } from './answering.js'
import { Caller } from './caller.js'
import { DeadAir } from './dead-air.js'
import { Entrance } from './entrance.js'
import type { SessionEvent } from './events.js'
import { FloorTimers } from './floor-timers.js'
import { LegFace } from './leg-face.js'
import { createLegInbox } from './leg-inbox.js'
import { faceLink } from './link-face.js'
import { Overlap } from './overlap.js'
import type { ReplyRun } from './reply-run.js'
import type { SessionParts } from './session-parts.js'
import { StuckWatch } from './stuck-watch.js'
import { Telling } from './telling.js'
import { Watchdog } from './watchdog.js'

export class Session {
  readonly id: SessionId
  readonly #parts: SessionParts
  readonly #entrance: Entrance
  readonly #answering: Answering
  readonly #caller: Caller
  readonly #overlap: Overlap
  readonly #deadAir: DeadAir
  readonly #memory = new Memory()
  readonly #telling: Telling
  readonly #watchdog: Watchdog
  readonly #stuck = new StuckWatch()
  readonly #timers: FloorTimers
  readonly #mailbox: Evidence[] = []
  readonly #stopTicking: Cancel
  #link: EngineLink | undefined
  #leg: LegFace | undefined
  /** The first leg, until the engine stands. */
  #opening: Transport | undefined
  #floor: Floor = 'open'
  #heardAtCut: Heard | undefined
  #deciding = false
  #ending: Promise<void> | undefined

  constructor(parts: SessionParts) {
    const { id, journal, outputRate, resampling, taps, policy } = parts
    this.id = id
    this.#parts = parts
    const entrance = new Entrance(parts.clock, parts.ids, parts.log)
    const { clock, ids } = entrance
    this.#entrance = entrance
    this.#begin()
    const telling = new Telling({
      session: id,
      entrance,
      journal,
      taps,
      send: event => this.#send(event),
      tapFailed: error => this.#warn(error),
    })
    const emit = telling.tell.bind(telling)
    const shared = { ids, memory: this.#memory, resampling, emit }
    this.#telling = telling
    this.#overlap = new Overlap(parts.judge)
    this.#deadAir = new DeadAir(policy.deadAir)
    this.#caller = new Caller({ ...shared, clock, ear: parts.ear, listenRate: parts.listenRate })
    this.#timers = new FloorTimers({
      clock,
      mediaMs: () => this.#caller.mediaMs,
      due: (timer, atMs) => this.#observe({ kind: 'timer', atMs, timer }),
    })
    this.#watchdog = new Watchdog(parts.limits, clock.now())
    this.#answering = new Answering({
      ...shared,
      entrance,
      speculation: policy.speculation,
      language: parts.language,
      keeps: parts.log?.keeps ?? keepsAll,
      outputRate,
      warn: error => telling.warn(error),
      audible: reply => this.#observe({ kind: 'reply-audible', atMs: this.#caller.mediaMs, reply }),
      ended: run => this.#replyEnded(run),
      agentAudio: (frame, reply, aheadMs) => this.#agentAudio(frame, reply, aheadMs),
    })
    const tick = () => this.#tick()
    this.#stopTicking = parts.ticker.add(() => entrance.enter(tick))
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
    const { id, language } = this.#parts
    this.#opening = leg
    let started: SessionEvent | undefined
    this.#entrance.enter(() => {
      this.#entrance.note(() => ({ kind: 'start' }))
      started = this.#telling.tellTaps({ kind: 'session-started', session: id, language })
    })
    const link = faceLink(await this.#connect(), error => this.#fault(error))
    this.#link = link
    if (this.#ending !== undefined) return this.#closeLink()
    this.#opening = undefined
    this.#entrance.enter(() => {
      this.#entrance.note(() => ({ kind: 'connected', failed: false, says: link.say !== undefined }))
      this.#caller.use(link)
      this.#answering.use(link)
      this.#attach(leg)
      this.#telling.announce(started)
      if (this.#parts.opens) this.#observe({ kind: 'end-of-turn', atMs: 0, source: 'opening' })
    })
  }

  /** Puts a (new) leg in the place of the old one; what the old one did not play is sent again. */
  attach(leg: Transport): void {
    if (this.#ending !== undefined) throw new ParleyError('resume_failed')
    this.#entrance.enter(() => {
      // The session may have ended while the leg waited for its turn.
      if (this.#ending === undefined) this.#attach(leg)
      else leg.close('error')
    })
  }

  /** Evidence from outside: the engine's, or a test's. */
  observe(evidence: Evidence): void {
    this.#entrance.enter(() => {
      if (this.#ending !== undefined) return
      this.#entrance.note(() => ({ kind: 'evidence', evidence }))
      this.#stuck.stirred()
      this.#observe(evidence)
    })
  }

  /** Ends the conversation; a second call waits for the first. */
  end(reason: CloseReason): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    return new Promise(resolve =>
      this.#entrance.enter(() => {
        if (this.#ending === undefined) {
          this.#entrance.note(() => ({ kind: 'end', reason }))
          void this.#end(reason)
        }
        resolve(this.#ending)
      }),
    )
  }

  #begin(): void {
    const { id, language, listenRate, outputRate, policy, limits, opens, ear } = this.#parts
    this.#entrance.log?.begin({
      format: SESSION_LOG_FORMAT,
      session: id,
      language,
      listenRate,
      outputRate,
      policy,
      limits,
      opens,
      hears: ear !== undefined,
      keeps: this.#entrance.log?.keeps ?? keepsAll,
      atMs: this.#entrance.clock.now(),
    })
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
        warn: error => this.#warn(error),
      })
    } catch (error) {
      this.#opening = undefined
      this.#entrance.enter(() => {
        this.#entrance.note(() => ({ kind: 'connected', failed: true, says: false }))
        void this.#end('error')
      })
      await this.#ending
      throw error
    }
  }

  #attach(leg: Transport): void {
    const face = new LegFace(leg, this.#entrance, {
      cleared: () => this.#parts.ear?.agentCleared?.(this.#caller.mediaMs),
      failed: error => this.#fault(error),
    })
    const { aheadMs, pathMs, reportsPlayed, rewinds } = face
    this.#entrance.note(() => ({ kind: 'attach', aheadMs, pathMs, reportsPlayed, rewinds }))
    const old = this.#leg
    this.#answering.disconnect()
    this.#leg = face
    this.#watchdog.attached()
    old?.close('replaced')
    leg.open(this.#inboxOf(leg))
    this.#answering.connect(face)
    this.#telling.catchUp()
  }

  #now(): number {
    return this.#entrance.clock.now()
  }

  #inboxOf(leg: Transport) {
    return createLegInbox(this.#entrance, () => this.#leg?.transport === leg && this.#ending === undefined, {
      arrived: () => this.#leg?.measure(),
      hear: frame => this.#hear(frame),
      cues: () => this.#caller.cues,
      interrupt: () => this.#interrupt(),
      endTurn: (source, text) =>
        this.#observe({
          kind: 'end-of-turn',
          atMs: this.#caller.mediaMs,
          source,
          ...(text === undefined ? {} : { text }),
        }),
      dtmf: digit => {
        this.#telling.tell({ kind: 'dtmf', digit })
        this.#observe({ kind: 'dtmf', atMs: this.#caller.mediaMs, digit })
      },
      played: (reply, ms) => this.#answering.played(reply, ms),
      closed: reason => this.#closed(reason),
    })
  }

  /** Returns what the ear made of it. */
  #hear(frame: AudioFrame): Evidence | undefined {
    this.#telling.userAudio(frame)
    const evidence = this.#caller.hear(frame)
    this.#watchdog.heard(this.#caller.cues.voice, this.#now())
    if (evidence !== undefined) this.#observe(evidence)
    const { cues } = this.#caller
    if (this.#floor === 'user' || this.#floor === 'pause') this.#parts.endpointing.hear(cues)
    this.#ruled(this.#overlap.hear(cues))
    return evidence
  }

  #ruled(given: Ruling | undefined): void {
    if (given !== undefined) this.#observe({ kind: 'ruling', atMs: this.#caller.mediaMs, ...given })
  }

  #agentAudio(frame: AudioFrame, reply: ReplyId, aheadMs: number): void {
    this.#watchdog.active(this.#now())
    this.#parts.ear?.agent?.(frame, this.#caller.mediaMs + aheadMs)
    this.#telling.agentAudio(frame, reply)
  }

  #interrupt(): Heard | undefined {
    this.#heardAtCut = undefined
    this.#observe({ kind: 'interrupt', atMs: this.#caller.mediaMs })
    return this.#heardAtCut
  }

  #closed(reason: CloseReason): void {
    if (reason !== 'lost') {
      void this.#end(reason)
      return
    }
    this.#answering.disconnect()
    this.#leg = undefined
    this.#watchdog.detached(this.#now())
  }

  #tick(): void {
    if (this.#ending !== undefined) return
    this.#leg?.measure()
    if (this.#entrance.log !== undefined) this.#entrance.note(() => ({ kind: 'tick' }))
    const now = this.#now()
    this.#guard(() => this.#answering.tick(now))
    if (this.#floor === 'user' || this.#floor === 'overlap') this.#listen(now)
    this.#heed()
    this.#doubt(now)
    this.#fillSilence(now)
    this.#unstick(now)
    const due = this.#watchdog.due(now)
    if (due !== undefined) void this.#end(due)
  }

  /** While somebody speaks the session is not idle; but audio that stopped in the middle of it will not end it. */
  #listen(nowMs: number): void {
    this.#watchdog.active(nowMs)
    if (this.#watchdog.stalled(this.#caller.lastAudioAtMs, nowMs) && this.#overlap.speaking)
      this.#observe({ kind: 'speech-end', atMs: this.#caller.mediaMs })
  }

  /** An ear that never ends a speech would keep the floor for ever. */
  #doubt(nowMs: number): void {
    if (!this.#overlap.speaking || this.#parts.ear === undefined) return
    const stuckMs = this.#watchdog.unbelievedMs(nowMs)
    if (stuckMs === undefined || this.#leg === undefined) return
    this.#telling.tell({ kind: 'recovered', floor: this.#floor, stuckMs })
    this.#observe({ kind: 'speech-end', atMs: this.#caller.mediaMs })
  }

  /** A caller who spoke into what none may interrupt is judged once the agent has come to what they may. */
  #heed(): void {
    if (this.#floor !== 'overlap' || this.#overlap.under || !this.#overlap.speaking) return
    const { bargeIn = this.#parts.policy.bargeIn } = this.#answering.position
    if (bargeIn !== 'none') this.#duck(this.#caller.mediaMs)
  }

  #fillSilence(nowMs: number): void {
    const lateMs = this.#leg === undefined ? undefined : this.#answering.lateMs
    const filler = lateMs === undefined ? undefined : this.#deadAir.filler(lateMs)
    if (filler !== undefined) this.#answering.fill(filler)
    const quiet = this.#floor === 'open' && this.#leg !== undefined && this.#link?.say !== undefined
    const prompt = this.#deadAir.prompt(quiet, nowMs)
    if (prompt === undefined) return
    if (prompt.text === '') void this.#end('idle')
    else
      this.#observe({
        kind: 'end-of-turn',
        atMs: this.#caller.mediaMs,
        source: 'prompt',
        text: prompt.text,
      })
    if (prompt.last) this.#caller.lastPrompt()
  }

  #unstick(nowMs: number): void {
    const stuckMs = this.#stuck.look(
      {
        floor: this.#floor,
        speaking: this.#overlap.speaking,
        endpointRuns: this.#timers.runs('endpoint'),
        judgeRuns: this.#timers.runs('judge'),
        answering: this.#answering.busy,
        engineSilentMs: this.#answering.engineSilentMs,
      },
      nowMs,
    )
    if (stuckMs === undefined) return
    this.#telling.tell({ kind: 'recovered', floor: this.#floor, stuckMs })
    this.#observe({ kind: 'stuck', atMs: this.#caller.mediaMs })
  }

  /** A fault of ours, or of a part that was not to throw, ends this conversation and no other. */
  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#telling.warn(ParleyError.from(error))
      void this.#end('error')
    }
  }

  #observe(evidence: Evidence): void {
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

  #decide(evidence: Evidence): void {
    if (!this.#note(evidence)) return
    const from = this.#floor
    const [floor, ...decisions] = step(from, evidence, this.#moment())
    this.#floor = floor
    if (floor !== from) this.#telling.tell({ kind: 'floor-changed', floor })
    const overlaps = floor === 'overlap' && from !== 'overlap'
    if (overlaps && evidence.kind === 'reply-audible') this.#caller.onset(evidence.atMs)
    if (overlaps && decisions.length === 0) this.#overlap.listen(evidence.atMs)
    // Where the voice began that was heard over the agent, for the turn that it may become.
    const sinceMs = from === 'overlap' || evidence.kind === 'ruling' ? this.#overlap.startMs : undefined
    for (const decision of decisions) this.#carryOut(decision, evidence, sinceMs)
    this.#tellSpeech(from)
  }

  #moment(): Moment {
    const { policy } = this.#parts
    const { voice } = this.#overlap
    const { bargeIn } = this.#answering.position
    return { voice, policy: bargeIn === undefined ? policy : { ...policy, bargeIn } }
  }

  /** Keeps what the evidence says, whatever is decided of it. False where that is all there is to it. */
  #note(evidence: Evidence): boolean {
    const { endpointing } = this.#parts
    switch (evidence.kind) {
      case 'onset':
        this.#caller.onset(evidence.atMs)
        return true
      case 'speech-start':
        if (this.#floor === 'pause' || this.#floor === 'thinking') endpointing.resumed(evidence.atMs)
        this.#bounded(evidence.kind, evidence.atMs)
        break
      case 'speech-end':
        this.#bounded(evidence.kind, evidence.atMs)
        if (this.#floor === 'user') endpointing.paused(evidence.atMs)
        break
      case 'transcript':
        return this.#words(evidence)
      case 'turn-signal':
        endpointing.signal(evidence.signal, evidence.confidence)
        if (this.#parts.policy.endpoint.vendor === 'ignored') return false
        break
      case 'ruling':
        return this.#judged(evidence)
      case 'end-of-turn':
        if (evidence.source !== 'prompt') this.#deadAir.spoken()
        break
      case 'interrupt':
      case 'dtmf':
        this.#deadAir.spoken()
        break
      case 'reply-ended':
        break
      case 'onset-lost':
      case 'reply-audible':
      case 'timer':
      case 'stuck':
        return true
      default:
        evidence satisfies never
    }
    this.#watchdog.active(this.#now())
    return true
  }

  #bounded(kind: 'speech-start' | 'speech-end', atMs: number): void {
    this.#deadAir.spoken()
    if (kind === 'speech-start') this.#watchdog.speechStarted(this.#now())
    this.#caller.boundary(kind, atMs, this.#floor === 'agent' || this.#floor === 'overlap')
    const ruling = this.#overlap.boundary(kind, atMs)
    this.#ruled(ruling)
    if (kind === 'speech-end' && this.#floor === 'overlap' && ruling === undefined)
      this.#timers.arm('judge', atMs + this.#parts.policy.judge.wordsMs)
  }

  /** Words spoken over the agent are the judge's, and the turn's only if it becomes one. */
  #words(words: Extract<Evidence, { kind: 'transcript' }>): boolean {
    const over = this.#floor === 'overlap' || this.#floor === 'agent' || this.#floor === 'open'
    if (over && this.#overlap.holds(words)) {
      this.#ruled(this.#overlap.words(words))
      return true
    }
    if (words.judgeOnly) return false
    this.#caller.transcript(words)
    const { turn } = this.#caller
    if (turn !== undefined && !turn.committed)
      this.#parts.endpointing.words({
        text: words.final ? turn.text : `${turn.text} ${words.text}`.trim(),
        final: words.final,
        whole: words.whole === true,
      })
    return true
  }

  #judged({ ruling, reasons }: Extract<Evidence, { kind: 'ruling' }>): boolean {
    const { reply } = this.#answering
    if (this.#floor === 'open') return true
    if (reply === undefined || (this.#floor !== 'overlap' && this.#floor !== 'agent')) return false
    const afterOnsetMs = this.#now() - this.#caller.onsetAtMs
    this.#telling.tell({ kind: 'judged', reply, ruling, afterOnsetMs, reasons })
    return true
  }

  #tellSpeech(from: Floor): void {
    if (from === this.#floor) return
    if (this.#floor === 'user') this.#caller.speechStarted()
    if (this.#floor === 'pause') this.#caller.speechEnded()
  }

  #carryOut(decision: Decision, evidence: Evidence, sinceMs: number | undefined): void {
    this.#entrance.log?.output({ kind: 'decision', name: decision.kind })
    switch (decision.kind) {
      case 'turn-open':
        return this.#openTurn(evidence, sinceMs)
      case 'turn-reopen':
        return this.#caller.reopenTurn(evidence)
      case 'turn-commit':
        return this.#commit(evidence)
      case 'prepare':
        if (this.#caller.turn !== undefined) this.#answering.prepare(this.#caller.turn)
        return
      case 'discard':
      case 'barge-in':
        this.#overlap.end()
        this.#heardAtCut = this.#answering.cut()
        return
      case 'duck':
        return this.#duck(evidence.atMs)
      case 'hold':
        return this.#answering.hold()
      case 'resume':
        if (!this.#overlap.speaking) this.#overlap.end()
        return this.#answering.resume()
      case 'rule':
        return this.#ruled(this.#overlap.decide(this.#caller.mediaMs))
      case 'await-end':
        return this.#timers.arm('endpoint', this.#caller.lastVoiceMs + this.#parts.endpointing.wait().ms)
      case 'disarm':
        return this.#timers.disarm(decision.timer)
      default:
        decision satisfies never
    }
  }

  #openTurn(evidence: Evidence, sinceMs: number | undefined): void {
    this.#parts.endpointing.begin()
    this.#caller.openTurn(evidence, sinceMs)
    // What was said over the agent belongs to the turn that it became.
    for (const words of this.#overlap.takeWords()) this.#mailbox.push(words)
  }

  #duck(atMs: number): void {
    const { heardMs, leftMs, bargeIn = this.#parts.policy.bargeIn } = this.#answering.position
    this.#overlap.begin({ atMs, heardMs, leftMs, bargeIn: bargeIn === 'words' ? 'words' : 'any' })
    this.#timers.arm('judge', atMs + this.#parts.policy.judge.maxMs)
    this.#answering.duck(this.#caller.onsetAtMs)
  }

  #commit(evidence: Evidence): void {
    const { endpointing } = this.#parts
    const found = evidence.kind === 'timer' ? endpointing.wait() : undefined
    endpointing.ended()
    const turn = this.#caller.commitTurn(evidence, found)
    if (turn !== undefined) this.#answering.commit(turn)
  }

  #replyEnded(run: ReplyRun): void {
    this.#observe({ kind: 'reply-ended', atMs: this.#caller.mediaMs, reply: run.reply })
    this.#overlap.end()
    if (run.turn.last) void this.#end('idle')
    for (const action of run.actions) {
      if (action.name === 'hang-up') void this.#end('hang-up')
      else this.#telling.tell({ kind: 'note', data: action.data })
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
    this.#timers.close()
    this.#mailbox.length = 0
    this.#guard(() => this.#answering.close())
    this.#caller.close()
    const closed = this.#closeLink()
    const close = () =>
      this.#telling.close(reason, () => {
        const leg = this.#leg?.transport ?? this.#opening
        this.#leg = undefined
        this.#opening = undefined
        this.#entrance.log?.output({ kind: 'close', reason })
        this.#entrance.endLog()
        try {
          leg?.close(reason)
        } catch {
          // The last word was said: nobody is left who could be told.
        }
        void closed.then(done)
      })
    // An engine that fails to close at once is still told of.
    this.#entrance.soon(close)
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
    this.#entrance.enter(() => {
      if (this.#ending !== undefined) return
      this.#entrance.note(() => ({ kind: 'fault', code, message }))
      this.#telling.warn(new ParleyError(code, message))
      void this.#end('error')
    })
  }

  #warn(error: ParleyError): void {
    this.#entrance.enter(() => {
      this.#entrance.note(() => ({ kind: 'warn', code: error.code, message: error.message }))
      this.#telling.warn(error)
    })
  }
}
