/**
 * One conversation. Everything enters here in order (audio, commands, reports and the end of a leg by `Inbox`;
 * evidence by `observe`; the clock by the beat), goes through the floor machine, and what it decides is carried
 * out on the caller's turns and the agent's answers. The session routes; each of those keeps its own rules.
 */

import type { AudioFrame } from '@parley/audio'
import type { Cancel } from '../clock/clock.js'
import type { EngineLink } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { Evidence, FloorTimer } from '../floor/evidence.js'
import { type Decision, type Floor, step } from '../floor/floor.js'
import type { SessionId } from '../ids.js'
import type { CloseReason, Inbox, Transport } from '../transport.js'
import type { Heard, HistoryEntry } from '../turn/history.js'
import { Memory } from '../turn/memory.js'
import { Announcer } from './announcer.js'
import { Answering, type Unstamped } from './answering.js'
import { Caller } from './caller.js'
import type { SessionEvent } from './events.js'
import type { ReplyRun } from './reply-run.js'
import type { SessionParts } from './session-parts.js'
import { Taps } from './taps.js'
import { Watchdog } from './watchdog.js'

/** How long the end of a session waits for the store. */
const FLUSH_MS = 5_000

export class Session {
  readonly id: SessionId
  readonly #parts: SessionParts
  readonly #startedAtMs: number
  readonly #answering: Answering
  readonly #announcer: Announcer
  readonly #caller: Caller
  readonly #memory = new Memory()
  readonly #taps: Taps
  readonly #watchdog: Watchdog
  readonly #timers = new Map<FloorTimer, Cancel>()
  readonly #mailbox: Evidence[] = []
  readonly #stopTicking: Cancel
  #link: EngineLink | undefined
  #leg: Transport | undefined
  #floor: Floor = 'open'
  #heardAtCut: Heard | undefined
  #deciding = false
  #ending: Promise<void> | undefined

  constructor(parts: SessionParts) {
    const { clock, id, ids, journal, outputRate, resampling } = parts
    this.id = id
    this.#parts = parts
    this.#startedAtMs = clock.now()
    const shared = {
      clock,
      ids,
      memory: this.#memory,
      resampling,
      emit: (event: Unstamped) => this.#emit(event),
    }
    this.#caller = new Caller({ ...shared, ear: parts.ear, listenRate: parts.listenRate })
    this.#watchdog = new Watchdog(parts.limits, this.#startedAtMs)
    this.#taps = new Taps(parts.taps, (tap, error) => this.#warn(ParleyError.from(error), `tap ${tap}: `))
    this.#answering = new Answering({
      ...shared,
      outputRate,
      warn: error => this.#warn(error),
      audible: reply => this.observe({ kind: 'reply-audible', atMs: this.#caller.mediaMs, reply }),
      ended: run => this.#replyEnded(run),
      agentAudio: (frame, reply) => this.#taps.agentAudio(frame, reply),
    })
    this.#announcer = new Announcer({
      session: id,
      clock,
      journal,
      send: event => this.#send(event),
      trouble: error => this.#storeTrouble(error),
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

  /** Connects the engine, then the first leg; the agent speaks first where it is to. Throws what the engine throws. */
  async start(leg: Transport): Promise<void> {
    const { id, language, listenRate, clock, engine, opens } = this.#parts
    const link = await engine.connect({
      session: id,
      language,
      inputRate: listenRate,
      clock,
      observe: evidence => this.observe(evidence),
      warn: error => this.#warn(error),
    })
    if (this.#ending !== undefined) return link.close()
    this.#link = link
    this.#caller.use(link)
    this.#answering.use(link)
    this.attach(leg)
    this.#emit({ kind: 'session-started', session: id, language })
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
    leg.open(this.#inbox(leg))
    this.#answering.connect(leg)
    this.#announcer.catchUp()
  }

  /** Evidence from the ear, the engine, the timers and the far end, in the order it is observed. */
  observe(evidence: Evidence): void {
    if (this.#ending !== undefined) return
    this.#mailbox.push(evidence)
    if (this.#deciding) return
    this.#deciding = true
    try {
      for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift())
        this.#decide(next)
    } finally {
      this.#deciding = false
    }
  }

  /** Ends the conversation; a second call waits for the first. */
  end(reason: CloseReason): Promise<void> {
    this.#ending ??= this.#finish(reason)
    return this.#ending
  }

  #now(): number {
    return this.#parts.clock.now()
  }

  #inbox(leg: Transport): Inbox {
    const live = () => this.#leg === leg && this.#ending === undefined
    const command = (source: 'client' | 'text', text?: string) =>
      this.observe({
        kind: 'end-of-turn',
        atMs: this.#caller.mediaMs,
        source,
        ...(text === undefined ? {} : { text }),
      })
    return {
      audio: frame => {
        if (live()) this.#hear(frame)
      },
      interrupt: () => (live() ? this.#interrupt() : undefined),
      commit: () => {
        if (live()) command('client')
      },
      text: text => {
        if (live()) command('text', text)
      },
      played: (reply, ms) => {
        if (live()) this.#answering.played(reply, ms)
      },
      closed: reason => {
        if (live()) this.#closed(reason)
      },
    }
  }

  #hear(frame: AudioFrame): void {
    this.#taps.userAudio(frame)
    const evidence = this.#caller.hear(frame)
    if (evidence !== undefined) this.observe(evidence)
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
    this.#answering.tick(nowMs)
    if (this.#floor === 'user' && this.#watchdog.stalled(this.#caller.lastAudioAtMs, nowMs)) {
      this.observe({ kind: 'speech-end', atMs: this.#caller.mediaMs })
    }
    const due = this.#watchdog.due(nowMs)
    if (due !== undefined) void this.end(due)
  }

  #decide(evidence: Evidence): void {
    this.#note(evidence)
    const from = this.#floor
    const [floor, ...decisions] = step(from, evidence, this.#parts.policy)
    this.#floor = floor
    if (floor !== from) this.#emit({ kind: 'floor-changed', floor })
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
        return this.#arm(decision.timer, decision.sinceMs + decision.ms)
      case 'disarm':
        this.#timers.get(decision.timer)?.()
        return
      default:
        decision satisfies never
    }
  }

  #commit(evidence: Evidence): void {
    const turn = this.#caller.commitTurn(evidence)
    if (turn !== undefined) this.#answering.commit(turn)
  }

  /** The timer runs in media time: audio that is on its way, or already past, shortens it. */
  #arm(timer: FloorTimer, dueMs: number): void {
    this.#timers.get(timer)?.()
    const waitMs = Math.max(0, dueMs - this.#caller.mediaMs)
    this.#timers.set(
      timer,
      this.#parts.clock.after(waitMs, () => this.observe({ kind: 'timer', atMs: dueMs, timer })),
    )
  }

  #replyEnded(run: ReplyRun): void {
    this.observe({ kind: 'reply-ended', atMs: this.#caller.mediaMs, reply: run.reply })
    for (const action of run.actions) {
      if (action.name === 'hang-up') void this.end('hang-up')
      else this.#emit({ kind: 'note', data: action.data })
    }
  }

  #emit(event: Unstamped): void {
    const stamped = { ...event, atMs: this.#now() - this.#startedAtMs } as SessionEvent
    this.#taps.event(stamped)
    this.#announcer.announce(stamped)
  }

  #send(event: SessionEvent): boolean {
    this.#leg?.send(event)
    return this.#leg !== undefined
  }

  #warn(error: ParleyError, prefix = ''): void {
    this.#emit({ kind: 'warning', code: error.code, message: prefix + error.message })
  }

  #storeTrouble(error: unknown): void {
    if (error !== undefined) this.#warn(ParleyError.from(error, 'store_unavailable'))
  }

  async #finish(reason: CloseReason): Promise<void> {
    this.#stopTicking()
    for (const cancel of this.#timers.values()) cancel()
    this.#answering.close()
    this.#caller.close()
    const stored = await this.#announcer.flush(FLUSH_MS)
    if (!stored) this.#warn(new ParleyError('store_unavailable'))
    this.#emit({ kind: 'session-ended', reason })
    this.#leg?.close(reason)
    this.#leg = undefined
    await this.#link?.close()
  }
}
