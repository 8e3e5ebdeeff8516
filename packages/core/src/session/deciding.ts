/**
 * What evidence comes to: one piece after another goes through the floor machine, and what that decides is carried out
 * on the caller's turns and the agent's answers. Evidence raised meanwhile waits its turn, so decisions never nest.
 */

import type { Evidence } from '../floor/evidence.js'
import { type Decision, type Floor, type Moment, step } from '../floor/floor.js'
import type { Ruling } from '../judge/judge.js'
import type { Heard } from '../turn/history.js'
import type { SessionBody } from './session-body.js'

/** What deciding needs of the session around it. */
export interface DecidingHost {
  isOver(): boolean
  /** Runs it; what it throws ends the conversation. */
  guard(run: () => void): void
}

export class Deciding {
  readonly #body: SessionBody
  readonly #host: DecidingHost
  readonly #mailbox: Evidence[] = []
  #floor: Floor = 'open'
  #heardAtCut: Heard | undefined
  #deciding = false

  constructor(body: SessionBody, host: DecidingHost) {
    this.#body = body
    this.#host = host
  }

  get floor(): Floor {
    return this.#floor
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
    if (!this.#note(evidence)) return
    const from = this.#floor
    const [floor, ...decisions] = step(from, evidence, this.#moment())
    this.#floor = floor
    if (floor !== from) this.#body.telling.tell({ kind: 'floor-changed', floor })
    const overlaps = floor === 'overlap' && from !== 'overlap'
    if (overlaps && evidence.kind === 'reply-audible') this.#body.caller.onset(evidence.atMs)
    if (overlaps && decisions.length === 0) this.#body.overlap.listen(evidence.atMs)
    // Where the voice began that was heard over the agent, for the turn that it may become.
    const sinceMs = from === 'overlap' || evidence.kind === 'ruling' ? this.#body.overlap.startMs : undefined
    for (const decision of decisions) this.#carryOut(decision, evidence, sinceMs)
    this.#tellSpeech(from)
  }

  #moment(): Moment {
    const { policy } = this.#body.parts
    const { voice } = this.#body.overlap
    const { bargeIn } = this.#body.answering.position
    return { voice, policy: bargeIn === undefined ? policy : { ...policy, bargeIn } }
  }

  /** Keeps what the evidence says, whatever is decided of it. False where that is all there is to it. */
  #note(evidence: Evidence): boolean {
    const { endpointing } = this.#body.parts
    switch (evidence.kind) {
      case 'onset':
        this.#body.caller.onset(evidence.atMs)
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
        if (this.#body.parts.policy.endpoint.vendor === 'ignored') return false
        break
      case 'ruling':
        return this.#judged(evidence)
      case 'end-of-turn':
        if (evidence.source !== 'prompt') this.#body.deadAir.spoken()
        break
      case 'interrupt':
      case 'dtmf':
        this.#body.deadAir.spoken()
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
    this.#body.watchdog.active(this.#body.entrance.clock.now())
    return true
  }

  #bounded(kind: 'speech-start' | 'speech-end', atMs: number): void {
    this.#body.deadAir.spoken()
    if (kind === 'speech-start') this.#body.watchdog.speechStarted(this.#body.entrance.clock.now())
    this.#body.caller.boundary(kind, atMs, this.#floor === 'agent' || this.#floor === 'overlap')
    const ruling = this.#body.overlap.boundary(kind, atMs)
    this.ruled(ruling)
    if (kind === 'speech-end' && this.#floor === 'overlap' && ruling === undefined)
      this.#body.timers.arm('judge', atMs + this.#body.parts.policy.judge.wordsMs)
  }

  /** Words spoken over the agent are the judge's, and the turn's only if it becomes one. */
  #words(words: Extract<Evidence, { kind: 'transcript' }>): boolean {
    const over = this.#floor === 'overlap' || this.#floor === 'agent' || this.#floor === 'open'
    if (over && this.#body.overlap.holds(words)) {
      this.ruled(this.#body.overlap.words(words))
      return true
    }
    if (words.judgeOnly) return false
    this.#body.caller.transcript(words)
    const { turn } = this.#body.caller
    if (turn !== undefined && !turn.committed)
      this.#body.parts.endpointing.words({
        text: words.final ? turn.text : `${turn.text} ${words.text}`.trim(),
        final: words.final,
        whole: words.whole === true,
      })
    return true
  }

  #judged({ ruling, reasons }: Extract<Evidence, { kind: 'ruling' }>): boolean {
    const { reply } = this.#body.answering
    if (this.#floor === 'open') return true
    if (reply === undefined || (this.#floor !== 'overlap' && this.#floor !== 'agent')) return false
    const afterOnsetMs = this.#body.entrance.clock.now() - this.#body.caller.onsetAtMs
    this.#body.telling.tell({ kind: 'judged', reply, ruling, afterOnsetMs, reasons })
    return true
  }

  #tellSpeech(from: Floor): void {
    if (from === this.#floor) return
    if (this.#floor === 'user') this.#body.caller.speechStarted()
    if (this.#floor === 'pause') this.#body.caller.speechEnded()
  }

  #carryOut(decision: Decision, evidence: Evidence, sinceMs: number | undefined): void {
    this.#body.entrance.log?.output({ kind: 'decision', name: decision.kind })
    switch (decision.kind) {
      case 'turn-open':
        return this.#openTurn(evidence, sinceMs)
      case 'turn-reopen':
        return this.#body.caller.reopenTurn(evidence)
      case 'turn-commit':
        return this.#commit(evidence)
      case 'prepare':
        if (this.#body.caller.turn !== undefined) this.#body.answering.prepare(this.#body.caller.turn)
        return
      case 'discard':
      case 'barge-in':
        this.#body.overlap.end()
        this.#heardAtCut = this.#body.answering.cut()
        return
      case 'duck':
        return this.duck(evidence.atMs)
      case 'hold':
        return this.#body.answering.hold()
      case 'resume':
        if (!this.#body.overlap.speaking) this.#body.overlap.end()
        return this.#body.answering.resume()
      case 'rule':
        return this.ruled(this.#body.overlap.decide(this.#body.caller.mediaMs))
      case 'await-end':
        return this.#body.timers.arm(
          'endpoint',
          this.#body.caller.lastVoiceMs + this.#body.parts.endpointing.wait().ms,
        )
      case 'disarm':
        return this.#body.timers.disarm(decision.timer)
      default:
        decision satisfies never
    }
  }

  #openTurn(evidence: Evidence, sinceMs: number | undefined): void {
    this.#body.parts.endpointing.begin()
    this.#body.caller.openTurn(evidence, sinceMs)
    // What was said over the agent belongs to the turn that it became.
    for (const words of this.#body.overlap.takeWords()) this.#mailbox.push(words)
  }

  /** The judge takes up an overlap that began at this media time. */
  duck(atMs: number): void {
    const { heardMs, leftMs, bargeIn = this.#body.parts.policy.bargeIn } = this.#body.answering.position
    this.#body.overlap.begin({ atMs, heardMs, leftMs, bargeIn: bargeIn === 'words' ? 'words' : 'any' })
    this.#body.timers.arm('judge', atMs + this.#body.parts.policy.judge.maxMs)
    this.#body.answering.duck(this.#body.caller.onsetAtMs)
  }

  #commit(evidence: Evidence): void {
    const { endpointing } = this.#body.parts
    const found = evidence.kind === 'timer' ? endpointing.wait() : undefined
    endpointing.ended()
    const turn = this.#body.caller.commitTurn(evidence, found)
    if (turn !== undefined) this.#body.answering.commit(turn)
  }
}
