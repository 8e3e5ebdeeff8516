/**
 * What evidence comes to: one piece after another goes through the floor machine, and what that decides is carried out
 * on the caller's turns and the agent's answers. Evidence raised meanwhile waits its turn, so decisions never nest.
 */

import type { Evidence } from '../floor/evidence.js'
import { type Decision, type Floor, type Moment, step } from '../floor/floor.js'
import type { CallerTurnState } from '../floor/moment.js'
import type { Ruling } from '../judge/judge.js'
import type { Heard } from '../turn/history.js'
import type { Wishes } from '../turn/wishes.js'
import { Noting } from './noting.js'
import type { SessionBody } from './session-body.js'
import type { Steer } from './steering.js'

/** What deciding needs of the session around it. */
export interface DecidingHost {
  isOver(): boolean
  /** Runs it; what it throws ends the conversation. */
  guard(run: () => void): void
}

export class Deciding {
  readonly #body: SessionBody
  readonly #host: DecidingHost
  readonly #noting: Noting
  readonly #mailbox: Evidence[] = []
  #floor: Floor = 'open'
  #heardAtCut: Heard | undefined
  #deciding = false

  constructor(body: SessionBody, host: DecidingHost) {
    this.#body = body
    this.#host = host
    this.#noting = new Noting(body, { floor: () => this.#floor, ruled: given => this.ruled(given) })
  }

  get floor(): Floor {
    return this.#floor
  }

  /** Whether what is heard now belongs to a turn that its silence will end. */
  get hearsTurn(): boolean {
    return this.#noting.hearsTurn
  }

  /** Forgets what waits. */
  close(): void {
    this.#mailbox.length = 0
  }

  /** A ruling of the judge's, if there is one, is evidence like any other. */
  ruled(given: Ruling | undefined): void {
    if (given !== undefined) this.observe({ kind: 'ruling', atMs: this.#body.caller.mediaMs, ...given })
  }

  /** The caller's own word; what was heard of the reply it cut. */
  interrupt(): Heard | undefined {
    this.#heardAtCut = undefined
    this.observe({ kind: 'interrupt', atMs: this.#body.caller.mediaMs })
    return this.#heardAtCut
  }

  /** The conversation is held in another way from now on. */
  configure(steer: Steer): void {
    const { conduct, overlap, answering, caller } = this.#body
    const { wishes } = conduct.steer
    const remade = conduct.configure(steer)
    if (conduct.steer.wishes !== wishes || steer.answers === 'asked' || conduct.isTold) answering.outdate()
    if (remade.judge) overlap.use(conduct.judge)
    if (remade.endpointing) this.#hearAnew()
    if (conduct.isTold) overlap.takeWords()
    else for (const words of caller.takeWords()) caller.transcript(words)
    this.observe({ kind: 'steered', atMs: caller.mediaMs })
  }

  /** The far end asks for an answer. */
  answer(wishes: Wishes | undefined): void {
    const asked = wishes === undefined ? {} : { wishes }
    this.observe({ kind: 'end-of-turn', atMs: this.#body.caller.mediaMs, source: 'asked', ...asked })
  }

  observe(evidence: Evidence): void {
    if (this.#host.isOver()) return
    this.#mailbox.push(evidence)
    if (this.#deciding) return
    this.#deciding = true
    this.#host.guard(() => {
      for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift())
        this.#decide(next)
    })
    this.#deciding = false
  }

  #decide(evidence: Evidence): void {
    if (!this.#noting.note(evidence)) return
    const from = this.#floor
    const wasOpen = this.#noting.isTurnOpen
    const [floor, ...decisions] = step(from, evidence, this.#moment())
    this.#floor = floor
    if (floor !== from) this.#body.telling.tell({ kind: 'floor-changed', floor })
    const overlaps = floor === 'overlap' && from !== 'overlap'
    const isLate = evidence.kind === 'reply-audible' || evidence.kind === 'steered'
    if (overlaps && isLate) this.#body.caller.onset(evidence.atMs)
    if (overlaps && decisions.length === 0) this.#body.overlap.listen(evidence.atMs)
    const sinceMs = this.#sinceMs(from, evidence)
    for (const decision of decisions) this.#carryOut(decision, evidence, sinceMs)
    this.#tellSpeech(from, evidence, wasOpen)
    if (floor === 'open') this.#giveWanted()
  }

  #moment(): Moment {
    const { conduct, overlap, answering } = this.#body
    const { policy, steer } = conduct
    const { bargeIn } = answering.position
    return {
      voice: overlap.voice,
      policy: bargeIn === undefined ? policy : { ...policy, bargeIn },
      steer,
      turn: this.#turn(),
      wanted: conduct.wanted !== undefined,
      made: answering.made,
    }
  }

  #turn(): CallerTurnState {
    const { turn } = this.#body.caller
    if (turn === undefined) return 'over'
    if (!turn.committed) return 'open'
    return !turn.answered && this.#body.memory.newest === turn.id ? 'unanswered' : 'over'
  }

  /** Where the sound of a turn that begins now began, if not with the last onset. */
  #sinceMs(from: Floor, evidence: Evidence): number | undefined {
    if (this.#isFarWord(evidence)) return this.#body.caller.sinceMs
    // Where the voice began that was heard over the agent, for the turn that it may become.
    return from === 'overlap' || evidence.kind === 'ruling' ? this.#body.overlap.startMs : undefined
  }

  #isFarWord(evidence: Evidence): boolean {
    return this.#body.conduct.isTold && evidence.kind === 'end-of-turn' && evidence.source === 'client'
  }

  #tellSpeech(from: Floor, { kind }: Evidence, wasOpen: boolean): void {
    const { caller } = this.#body
    const isOver = this.#floor === 'overlap' && this.#noting.isTurnOpen
    if (isOver && (!wasOpen || kind === 'speech-start')) caller.speechStarted()
    if (isOver && wasOpen && kind === 'speech-end') caller.speechEnded()
    // What was told while the agent spoke is not told again when it is done.
    if (from === this.#floor || (from === 'overlap' && wasOpen)) return
    if (this.#floor === 'user') caller.speechStarted()
    if (this.#floor === 'pause') caller.speechEnded()
  }

  /** An answer that had to wait comes as soon as nobody has the floor. */
  #giveWanted(): void {
    const { wanted } = this.#body.conduct
    if (wanted === undefined) return
    this.#body.conduct.unwant()
    this.answer(wanted.wishes)
  }

  #carryOut(decision: Decision, evidence: Evidence, sinceMs: number | undefined): void {
    const { answering, caller, conduct, overlap, timers } = this.#body
    this.#body.entrance.log?.output({ kind: 'decision', name: decision.kind })
    switch (decision.kind) {
      case 'turn-open':
        return this.#openTurn(evidence, sinceMs)
      case 'turn-reopen':
        return caller.reopenTurn(evidence)
      case 'turn-commit':
        this.#endTurn(evidence)
        return this.#answer(evidence)
      case 'turn-close':
        this.#endTurn(evidence)
        return answering.leave(caller.turn)
      case 'answer':
        caller.answerAsked()
        return this.#answer(evidence)
      case 'answer-later':
        return conduct.want(wishesOf(evidence))
      case 'prepare':
        if (caller.turn !== undefined) answering.prepare(caller.turn)
        return
      case 'discard':
      case 'barge-in':
        // Who takes the floor by voice or key calls off what was to come behind the answer, too.
        if (decision.kind === 'barge-in' && evidence.kind !== 'end-of-turn') conduct.unwant()
        overlap.end()
        this.#heardAtCut = answering.cut()
        return
      case 'duck':
        return this.duck(evidence.atMs)
      case 'hold':
        return answering.hold()
      case 'resume':
        if (!overlap.speaking) overlap.end()
        return answering.resume()
      case 'rule':
        return this.ruled(overlap.decide(caller.mediaMs))
      case 'await-end':
        return timers.arm('endpoint', caller.lastVoiceMs + conduct.endpointing.wait().ms)
      case 'disarm':
        return timers.disarm(decision.timer)
      default:
        decision satisfies never
    }
  }

  #openTurn(evidence: Evidence, sinceMs: number | undefined): void {
    const { caller, conduct, overlap } = this.#body
    conduct.endpointing.begin()
    caller.openTurn(evidence, sinceMs)
    // What was said over the agent, or before the far end's word, belongs to the turn that it became.
    for (const words of overlap.takeWords()) this.#mailbox.push(words)
    if (this.#isFarWord(evidence)) for (const words of caller.takeWords()) this.#mailbox.push(words)
  }

  /** The judge takes up an overlap that began at this media time. */
  duck(atMs: number): void {
    const { answering, caller, conduct, overlap, timers } = this.#body
    const { heardMs, leftMs, bargeIn = conduct.policy.bargeIn } = answering.position
    overlap.begin({ atMs, heardMs, leftMs, bargeIn: bargeIn === 'words' ? 'words' : 'any' })
    timers.arm('judge', atMs + conduct.policy.judge.maxMs)
    answering.duck(caller.onsetAtMs)
  }

  #endTurn(evidence: Evidence): void {
    const { caller, conduct } = this.#body
    const found = evidence.kind === 'timer' ? conduct.endpointing.wait() : undefined
    conduct.endpointing.ended()
    const { turn } = caller
    if (turn?.origin === 'speech' && this.#isFarWord(evidence)) caller.soundEnds(turn.startMs)
    caller.commitTurn(evidence, found)
  }

  #answer(evidence: Evidence): void {
    const { answering, caller, conduct } = this.#body
    const { turn } = caller
    if (evidence.kind === 'end-of-turn' && evidence.source === 'asked') conduct.want(wishesOf(evidence))
    if (turn !== undefined) answering.commit(turn)
    conduct.unwant()
  }

  /** Endpointing is another: it is told where the turn under way stands. */
  #hearAnew(): void {
    const { caller, conduct, overlap } = this.#body
    const { turn } = caller
    conduct.endpointing.begin()
    if (turn === undefined || turn.committed) return
    if (turn.text !== '') conduct.endpointing.words({ text: turn.text, final: true })
    if (!overlap.speaking) conduct.endpointing.paused(caller.lastVoiceMs)
  }
}

function wishesOf(evidence: Evidence): Wishes | undefined {
  return evidence.kind === 'end-of-turn' ? evidence.wishes : undefined
}
