/** What evidence says is kept, whatever is decided of it: boundaries, words, rulings, the caller's habits. */

import type { Evidence } from '../floor/evidence.js'
import type { Floor } from '../floor/floor.js'
import type { Ruling } from '../judge/judge.js'
import type { SessionBody } from './session-body.js'

export interface NotingHost {
  floor(): Floor
  /** A ruling of the judge's, if there is one, is evidence like any other. */
  ruled(given: Ruling | undefined): void
}

export class Noting {
  readonly #body: SessionBody
  readonly #host: NotingHost

  constructor(body: SessionBody, host: NotingHost) {
    this.#body = body
    this.#host = host
  }

  /** False where that is all there is to it. */
  note(evidence: Evidence): boolean {
    const { conduct, caller } = this.#body
    const floor = this.#host.floor()
    switch (evidence.kind) {
      case 'onset':
        caller.onset(evidence.atMs)
        return !conduct.isTold
      case 'speech-start':
        if (floor === 'thinking' || this.#inPause()) conduct.endpointing.resumed(evidence.atMs)
        this.#bounded(evidence.kind, evidence.atMs)
        break
      case 'speech-end':
        this.#bounded(evidence.kind, evidence.atMs)
        if (this.hearsTurn) conduct.endpointing.paused(evidence.atMs)
        break
      case 'transcript':
        return this.#words(evidence)
      case 'turn-signal':
        conduct.endpointing.signal(evidence.signal, evidence.confidence)
        if (conduct.policy.endpoint.vendor === 'ignored') return false
        break
      case 'ruling':
        return !conduct.isTold && this.#judged(evidence)
      case 'end-of-turn':
        if (this.#endsNothing(evidence)) return false
        if (evidence.source !== 'prompt' && evidence.source !== 'engine') this.#body.deadAir.spoken()
        break
      case 'interrupt':
        conduct.unwant()
        this.#body.deadAir.spoken()
        break
      case 'dtmf':
        this.#body.deadAir.spoken()
        break
      case 'reply-ended':
        break
      case 'onset-lost':
      case 'timer':
        return !conduct.isTold
      case 'reply-audible':
      case 'steered':
      case 'stuck':
        return true
      default:
        evidence satisfies never
    }
    this.#body.watchdog.active(this.#body.entrance.clock.now())
    return !conduct.isTold || !isOfVoice(evidence)
  }

  /** Whether what is heard now belongs to a turn that its silence will end. */
  get hearsTurn(): boolean {
    const floor = this.#host.floor()
    return floor === 'user' || floor === 'pause' || (floor === 'overlap' && this.isTurnOpen)
  }

  get isTurnOpen(): boolean {
    return this.#body.caller.turn?.committed === false
  }

  #inPause(): boolean {
    const floor = this.#host.floor()
    return floor === 'pause' || (floor === 'overlap' && this.isTurnOpen)
  }

  /** The far end ends a turn although nothing came since the last. */
  #endsNothing({ source }: Extract<Evidence, { kind: 'end-of-turn' }>): boolean {
    const { conduct, caller } = this.#body
    return source === 'client' && conduct.isTold && !this.isTurnOpen && caller.mediaMs <= caller.sinceMs
  }

  #bounded(kind: 'speech-start' | 'speech-end', atMs: number): void {
    const floor = this.#host.floor()
    const { overlap, caller, watchdog } = this.#body
    this.#body.deadAir.spoken()
    if (kind === 'speech-start') watchdog.speechStarted(this.#body.entrance.clock.now())
    caller.boundary(kind, atMs, floor === 'agent' || floor === 'overlap')
    const ruling = overlap.boundary(kind, atMs)
    this.#host.ruled(ruling)
    const waits = overlap.under || !this.isTurnOpen
    if (kind === 'speech-end' && floor === 'overlap' && ruling === undefined && waits)
      this.#body.timers.arm('judge', atMs + this.#body.conduct.policy.judge.wordsMs)
  }

  /** Words spoken over the agent are the judge's, and the turn's only if it becomes one. */
  #words(words: Extract<Evidence, { kind: 'transcript' }>): boolean {
    const floor = this.#host.floor()
    const { overlap, caller, conduct } = this.#body
    const over = floor === 'overlap' || floor === 'agent' || floor === 'open'
    if (over && overlap.holds(words)) {
      this.#host.ruled(overlap.words(words))
      return true
    }
    if (words.judgeOnly) return false
    if (conduct.isTold && caller.keepWords(words)) return false
    caller.transcript(words)
    const { turn } = caller
    if (turn !== undefined && !turn.committed)
      conduct.endpointing.words({
        text: words.final ? turn.text : `${turn.text} ${words.text}`.trim(),
        final: words.final,
        whole: words.whole === true,
      })
    return true
  }

  #judged({ ruling, reasons }: Extract<Evidence, { kind: 'ruling' }>): boolean {
    const floor = this.#host.floor()
    const { reply } = this.#body.answering
    if (floor === 'open') return true
    if (reply === undefined || (floor !== 'overlap' && floor !== 'agent')) return false
    const afterOnsetMs = this.#body.entrance.clock.now() - this.#body.caller.onsetAtMs
    this.#body.telling.tell({ kind: 'judged', reply, ruling, afterOnsetMs, reasons })
    return true
  }
}

function isOfVoice({ kind }: Evidence): boolean {
  return kind === 'speech-start' || kind === 'speech-end' || kind === 'turn-signal'
}
