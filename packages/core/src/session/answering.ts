/**
 * The agent's side of a session: at most one reply at a time, prepared behind the shut gate or on its way to the
 * ear, and the memory of what was heard. Cutting is one synchronous act: gate, engine, memory, in that order.
 */

import type { AudioFrame, Resampling } from '@parley/audio'
import type { Ids } from '../clock/clock.js'
import { defined } from '../defined.js'
import type { EngineLink } from '../engine.js'
import type { ParleyError } from '../errors.js'
import type { BargeIn, SpeculationPolicy } from '../floor/policy.js'
import type { ReplyId } from '../ids.js'
import type { FarEnd } from '../playout/far-end.js'
import { Playout } from '../playout/playout.js'
import type { LogKeeps } from '../replay/log-entry.js'
import type { CallerTurn } from '../turn/caller-turn.js'
import type { Heard } from '../turn/history.js'
import type { Memory } from '../turn/memory.js'
import type { Wishes } from '../turn/wishes.js'
import type { SessionUsage } from '../usage/session-usage.js'
import type { Entrance } from './entrance.js'
import { HeardTelling } from './heard-telling.js'
import { drawParts } from './part-stream.js'
import { endOf, type ReplyEnded, ReplyEnds } from './reply-ends.js'
import { ReplyRun } from './reply-run.js'
import type { UnfinishedReply } from './snapshot.js'
import { Speculation } from './speculation.js'
import type { Forgotten } from './steering.js'
import type { Unstamped } from './telling.js'

export interface AnsweringParts {
  readonly entrance: Entrance
  readonly ids: Ids
  readonly memory: Memory
  readonly resampling: Resampling
  /** BCP 47, of what the agent says. */
  readonly language: string
  readonly keeps: LogKeeps
  /** In effect now. */
  speculation(): SpeculationPolicy
  /** Of the answer that begins now. */
  wishes(): Wishes
  /** Hz. */
  readonly outputRate: number
  readonly usage?: SessionUsage
  emit(event: Unstamped): void
  /** To the store alone: a reply ended otherwise than was told. */
  correct(event: ReplyEnded): void
  warn(error: ParleyError): void
  audible(reply: ReplyId): void
  /** The reply is over; its actions are to be done when it was heard to its end. */
  ended(run: ReplyRun): void
  /** A frame leaves, `aheadMs` before its time. */
  agentAudio(frame: AudioFrame, reply: ReplyId, aheadMs: number, pathMs: number): void
  /** The far end throws away what it has of it beyond `heardMs`. */
  agentCleared(reply: ReplyId, heardMs: number): void
}

export class Answering {
  readonly #parts: AnsweringParts
  readonly #playout: Playout
  readonly #speculation: Speculation
  #streams = 0
  #committedAtMs = 0
  /** When the engine last sent something, or something was left to hear. */
  #aliveAtMs = 0
  /** How the first sample heard is known, until the first of the answer itself was. */
  #audibleBy: Heard['source'] | undefined
  #filled = false
  #link: EngineLink | undefined
  #run: ReplyRun | undefined
  /** Cut, but their far end may still correct what was heard. */
  readonly #cutRuns = new Map<ReplyId, ReplyRun>()
  readonly #heard = new HeardTelling()
  readonly #ends: ReplyEnds

  constructor(parts: AnsweringParts) {
    this.#parts = parts
    this.#ends = new ReplyEnds(parts)
    this.#speculation = new Speculation(() => parts.speculation())
    this.#playout = new Playout(
      { sampleRate: parts.outputRate, language: parts.language, keeps: parts.keeps },
      {
        firstSent: (_, atMs) => this.#sent(atMs),
        audible: (reply, atMs, source) => this.#audible(reply, atMs, source),
        sent: (reply, totalMs) => parts.emit({ kind: 'reply-sent', reply, totalMs }),
        finished: (heard, said) => this.#finished(heard, said),
        settled: (heard, said) => this.#settled(heard, said),
        agentAudio: parts.agentAudio,
        cleared: parts.agentCleared,
      },
    )
  }

  /** The engine that answers from now on. */
  use(link: EngineLink): void {
    this.#link = link
  }

  connect(leg: FarEnd): void {
    this.#playout.connect(leg)
  }

  disconnect(): void {
    this.#playout.disconnect(this.#now())
  }

  /** Whether an answer is under way, prepared or on its way to the ear. */
  get busy(): boolean {
    return this.#run !== undefined
  }

  /** How long the engine has sent nothing although all it sent was heard, ms. */
  get engineSilentMs(): number {
    return this.#now() - this.#aliveAtMs
  }

  /** Whether the engine has given all of the answer under way: only its sound is left. */
  get made(): boolean {
    return this.#run?.made === true
  }

  /** The answer under way. */
  get reply(): ReplyId | undefined {
    return this.#run?.reply
  }

  /** Of the answer under way, what another process would have to go on with; undefined while nothing of it is known. */
  get unfinished(): UnfinishedReply | undefined {
    const run = this.#run
    if (run === undefined || !run.released) return undefined
    // What another process began stays begun, whether or not the rest of it sounds yet.
    const isBegun = run.turn.begun !== undefined
    if (!run.sounded && !isBegun) return undefined
    const nothing = { heardMs: 0, heard: '', rest: '' }
    const { heardMs, heard, rest: given } = run.sounded ? this.#playout.standing(this.#now()) : nothing
    const rest = `${given} ${run.unsaid}`.trim()
    if (heard === '' && rest === '' && !isBegun) return undefined
    const { turn, state, actions, decision } = run
    const bargeIn = run.bargeInAt(heardMs)
    return {
      turn: { id: turn.id, origin: turn.origin, text: turn.prompt ?? turn.text },
      reply: run.reply,
      heard,
      heardMs,
      rest,
      made: run.isAllKnown,
      ...(state === undefined ? {} : { state }),
      ...(actions.length === 0 ? {} : { actions: [...actions] }),
      ...(turn.last ? { last: true } : {}),
      ...(bargeIn === undefined ? {} : { bargeIn }),
      ...(decision === undefined ? {} : { decision }),
    }
  }

  /** The turn that the answer under way, or the one prepared, is to. */
  get answers(): CallerTurn | undefined {
    return this.#run?.turn
  }

  /** Words given of the answer under way, to tell whether there are more. */
  get wordCount(): number {
    return this.#playout.wordCount
  }

  /** Replies that were cut and may still be corrected. */
  get unsettledCount(): number {
    return this.#playout.unsettledCount
  }

  /** Their ends, as far as they are known. */
  get unsettled(): readonly ReplyEnded[] {
    return this.#playout.unsettled.flatMap(({ heard, said }) => {
      const run = this.#cutRuns.get(heard.reply)
      return run === undefined ? [] : [endOf(run, { heard, said, interrupted: !heard.complete })]
    })
  }

  /** What was heard of the answer under way and what is to come, and who may take the floor from it. */
  get position(): {
    readonly heardMs: number
    readonly leftMs: number
    readonly bargeIn: BargeIn | undefined
  } {
    const { heardMs, leftMs } = this.#playout.position(this.#now())
    return { heardMs, leftMs, bargeIn: this.#run?.bargeInAt(heardMs) }
  }

  /** How long the caller has waited for an answer that has not sounded, ms; undefined when they do not. */
  get lateMs(): number | undefined {
    if (this.#run === undefined || this.#run.sounded || isOwn(this.#run.turn)) return undefined
    return this.#run.turn.committed && !this.#filled ? this.#now() - this.#committedAtMs : undefined
  }

  /**
   * Generates the answer to an open turn early, as the budget allows; an answer prepared for less text is thrown away.
   * It has its own id and waits behind the shut gate: `commit` takes it, or `cut` throws it away.
   */
  prepare(turn: CallerTurn): void {
    if (turn.text === '' || turn.committed || this.#run?.basis === turn.text) return
    this.cut()
    if (!this.#speculation.allows(turn.id, this.#now())) return
    const run = this.#begin(turn)
    if (run !== undefined) this.#parts.emit({ kind: 'reply-prepared', turn: turn.id, reply: run.reply })
  }

  /** Fills the wait for the answer, if the engine can. */
  fill(text: string): void {
    const run = this.#run
    this.#filled = true
    if (run?.fill(text)) this.#parts.emit({ kind: 'filler', reply: run.reply, text })
  }

  /** Throws away an answer that is only prepared: it was made for what does not hold any more. */
  outdate(): void {
    if (this.#run?.released === false) this.cut()
  }

  /** The turn is over and nobody answers it now. */
  leave(turn: CallerTurn | undefined): void {
    this.outdate()
    if (turn !== undefined) this.#link?.unanswered?.(turn.view(this.#parts.memory.history(turn.id)))
  }

  /** What was said in it is taken out of the history. */
  forget(what: Forgotten): void {
    this.#parts.memory.forget(what)
    if ('turn' in what) this.#link?.forgot?.(what.turn)
  }

  /** Answers a committed turn: with what was prepared for just this text and these wishes, else anew. */
  commit(turn: CallerTurn): void {
    const prepared = this.#run
    if (prepared !== undefined && !isFor(prepared, turn, this.#parts.wishes())) this.cut()
    turn.answered = true
    this.#playout.settleCuts(this.#now())
    this.#committedAtMs = this.#now()
    this.#aliveAtMs = this.#now()
    this.#filled = false
    const run = this.#run ?? this.#begin(turn)
    if (run === undefined) return
    this.#parts.emit({ kind: 'reply-started', turn: turn.id, reply: run.reply })
    this.#link?.committed?.(turn.id)
    run.release()
    this.#playout.release(run.reply, this.#now())
  }

  /** Shuts the gate now. Returns what was heard, undefined when nothing had been released. */
  cut(): Heard | undefined {
    const run = this.#run
    if (run === undefined) return undefined
    this.#run = undefined
    const heard = this.#playout.interrupt(this.#now())
    run.abort()
    if (heard === undefined) {
      this.#discarded(run)
      return undefined
    }
    this.#cutRuns.set(run.reply, run)
    this.#remember(run, heard, { interrupted: true, final: !this.#playout.awaits(run.reply) })
    return heard
  }

  /** Silences the voice until `resume`. */
  hold(): void {
    this.#playout.hold(this.#now())
  }

  /** Lowers the voice for speech whose first sample came at `onsetAtMs` of the session clock. */
  duck(onsetAtMs: number): void {
    this.#playout.duck(this.#now())
    if (this.#run === undefined) return
    this.#parts.emit({ kind: 'ducked', reply: this.#run.reply, afterOnsetMs: this.#now() - onsetAtMs })
  }

  resume(): void {
    if (!this.#playout.ducked) return
    this.#playout.resume(this.#now())
    if (this.#run !== undefined) this.#parts.emit({ kind: 'resumed', reply: this.#run.reply })
  }

  played(reply: ReplyId, ms: number): void {
    this.#playout.played(reply, ms, this.#now())
  }

  /** The far end corrects what was heard of a reply that is over. */
  amend(reply: ReplyId, { ms, text }: { readonly ms: number; readonly text: string }): void {
    // It is not over, or not settled: what was played of it is a report like any other.
    if (this.#run?.reply === reply || this.#cutRuns.has(reply)) return this.played(reply, ms)
    const heard = this.#parts.memory.amend(reply, { ms, text })
    if (heard === undefined) return
    this.#heard.amend(this.#link, heard)
    this.#ends.correct(heard)
  }

  tick(nowMs: number): void {
    this.#playout.tick(nowMs)
    if (this.#run === undefined || this.#playout.position(nowMs).leftMs > 0) this.#aliveAtMs = nowMs
    const fromMs = this.#run?.answerFromMs
    if (this.#audibleBy === undefined || fromMs === undefined) return
    const overMs = this.#playout.position(nowMs).heardMs - fromMs
    if (overMs > 0) this.#answerHeard(nowMs - overMs)
  }

  /** Cuts what is under way and settles everything with what is known. */
  close(): void {
    this.cut()
    this.#playout.close()
  }

  #now(): number {
    return this.#parts.entrance.clock.now()
  }

  #begin(turn: CallerTurn): ReplyRun | undefined {
    const link = this.#link
    if (link === undefined) return undefined
    const { ids, memory, outputRate, resampling, emit, warn } = this.#parts
    const account = this.#parts.usage?.answer()
    const reply = ids.next('rpl') as ReplyId
    turn.ledger.discardAnswer()
    this.#audibleBy = undefined
    const wishes = this.#parts.wishes()
    const run: ReplyRun = new ReplyRun({
      reply,
      turn,
      wishes,
      view: { ...turn.view(memory.history(turn.id), wishes), ...defined({ account }) },
      account,
      before: turn.begun === undefined ? [] : memory.answersTo(turn.id),
      link,
      playout: this.#playout,
      outputRate,
      resampling,
      stream: (make, into) => {
        const stream = this.#streams
        this.#streams += 1
        const room = () => this.#playout.room(reply)
        const part: typeof into.part = given => {
          this.#aliveAtMs = this.#now()
          into.part(given)
        }
        return drawParts({ entrance: this.#parts.entrance, stream, room }, make, { part, end: into.end })
      },
      now: () => this.#now(),
      mark: mark => {
        if (this.#run === run) turn.ledger.mark(mark, this.#now())
      },
      context: use => {
        if (this.#run === run) turn.ledger.context(use)
      },
      decision: use => {
        if (this.#run === run) turn.ledger.decision(use)
      },
      filled: text => emit({ kind: 'filler', reply, text }),
      toolCalled: call => {
        memory.called(turn.id, reply, call)
        emit({ kind: 'tool-called', turn: turn.id, reply, call })
      },
      made: error => {
        const { inputTokens, outputTokens } = run.cost
        const failed = error === undefined ? {} : { error: error.code }
        emit({ kind: 'reply-made', turn: turn.id, reply, inputTokens, outputTokens, ...failed })
      },
      words: (text, untilMs) => emit({ kind: 'reply-words', reply, text, untilMs }),
      visemes: cues => emit({ kind: 'reply-visemes', reply, cues }),
      failed: warn,
    })
    this.#playout.begin(reply)
    this.#run = run
    run.run()
    return run
  }

  #discarded(run: ReplyRun): void {
    const { reply, turn, cost } = run
    run.account?.discard()
    this.#speculation.discarded(turn.id, cost, this.#now())
    this.#parts.emit({ kind: 'reply-discarded', turn: turn.id, reply, ...cost })
  }

  #audible(reply: ReplyId, atMs: number, source: Heard['source']): void {
    if (this.#run === undefined) return
    this.#audibleBy = source
    this.#parts.audible(reply)
    if (this.#run?.answerFromMs === 0) this.#answerHeard(atMs)
  }

  /** A filler is no answer: the ledger of the turn counts what was waited for. */
  #answerHeard(atMs: number): void {
    const run = this.#run
    const source = this.#audibleBy
    this.#audibleBy = undefined
    if (run === undefined || source === undefined) return
    const { turn, reply } = run
    turn.ledger.mark('first-heard', atMs)
    const ledger = turn.ledger.close(source)
    if (ledger !== undefined) this.#parts.emit({ kind: 'ledger', turn: turn.id, reply, ledger })
  }

  #sent(atMs: number): void {
    if (this.#run?.answerFromMs !== undefined) this.#run.turn.ledger.mark('first-sent', atMs)
  }

  #finished(heard: Heard, said: string): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    this.#remember(run, heard, { interrupted: false, final: true })
    this.#ends.tell(run, { heard, said, interrupted: false })
    this.#parts.ended(run)
  }

  #settled(heard: Heard, said: string): void {
    const run = this.#cutRuns.get(heard.reply)
    if (run === undefined) return
    this.#cutRuns.delete(heard.reply)
    this.#remember(run, heard, { interrupted: !heard.complete, final: true })
    this.#ends.tell(run, { heard, said, interrupted: !heard.complete })
  }

  #remember(
    run: ReplyRun,
    heard: Heard,
    { interrupted, final }: { readonly interrupted: boolean; readonly final: boolean },
  ): void {
    this.#parts.memory.agent(run.turn.id, heard, interrupted, run.state)
    this.#heard.tell(this.#link, run, { heard, final })
  }
}

/** The agent speaks of its own accord: nobody waits for it. */
function isOwn({ origin }: CallerTurn): boolean {
  return origin === 'opening' || origin === 'prompt' || origin === 'engine'
}

function isFor({ turn, basis, wishes }: ReplyRun, committed: CallerTurn, wished: Wishes): boolean {
  return turn === committed && basis === committed.text && wishes === wished
}
