/**
 * Tells what another process would need to go on with the conversation, when that changed and not too often. Looks on at
 * the end of a beat, decides nothing and changes nothing; between two tellings it makes nothing.
 */

import type { CallerTurn } from '../turn/caller-turn.js'
import type { HistoryEntry } from '../turn/history.js'
import type { DurableEvent } from './events.js'
import type { SessionBody } from './session-body.js'
import type { SessionSnapshot } from './snapshot.js'

/** At most four times a second. */
const EVERY_MS = 250
/** Rows told to another process; a journal that lags further behind is in trouble, and the newest matter most. */
const MOST_UNSTORED = 64

export class Snapshots {
  readonly #body: SessionBody
  #toldAtMs = Number.NEGATIVE_INFINITY
  #history: readonly HistoryEntry[] = []
  #historyVersion = -1
  #turn: CallerTurn | undefined
  #committed = false
  #text = ''
  #reply: string | undefined
  #heardMs = 0
  #wordCount = 0
  #made = false
  #unsettled = 0
  #unstored = 0

  constructor(body: SessionBody) {
    this.#body = body
  }

  /** One beat. */
  beat(nowMs: number): void {
    const { snapshots } = this.#body.parts
    if (snapshots === undefined || nowMs - this.#toldAtMs < EVERY_MS || !this.#isNews()) return
    this.#toldAtMs = nowMs
    this.#body.parts.snapshots?.(this.take())
  }

  /** As it stands now. */
  take(): SessionSnapshot {
    const { parts, telling, answering, memory } = this.#body
    if (this.#historyVersion !== memory.version) {
      this.#historyVersion = memory.version
      this.#history = memory.history()
    }
    const reply = answering.unfinished
    const unanswered = reply === undefined ? this.#unanswered() : undefined
    const unstored = this.#waiting()
    return {
      session: parts.id,
      language: parts.language,
      atMs: telling.atMs,
      history: this.#history,
      ...(unanswered === undefined ? {} : { unanswered }),
      ...(reply === undefined ? {} : { reply }),
      ...(unstored.length === 0 ? {} : { unstored }),
    }
  }

  #unanswered(): SessionSnapshot['unanswered'] {
    const { answering, caller, conduct } = this.#body
    const answered = answering.answers
    const turn = answered ?? caller.turn
    if (turn === undefined) return undefined
    const text = turn.prompt ?? (turn === caller.turn ? caller.knownText : turn.text)
    const waits = answered !== undefined && turn.committed
    const isSaid = !turn.committed && text !== '' && conduct.steer.answers === 'itself' && !conduct.isTold
    return waits || isSaid ? { id: turn.id, origin: turn.origin, text } : undefined
  }

  #waiting(): readonly DurableEvent[] {
    const { telling, answering } = this.#body
    const { atMs } = telling
    const cut = answering.unsettled.map(event => ({ ...event, atMs }))
    return [...telling.unstored, ...cut].slice(-MOST_UNSTORED)
  }

  /** Remembers what it compares. */
  #isNews(): boolean {
    const { answering, caller, memory, telling } = this.#body
    const { turn, knownText } = caller
    const { heardMs } = answering.position
    const committed = turn?.committed === true
    const isSame =
      this.#historyVersion === memory.version &&
      this.#turn === turn &&
      this.#committed === committed &&
      this.#text === knownText &&
      this.#reply === answering.reply &&
      this.#heardMs === heardMs &&
      this.#wordCount === answering.wordCount &&
      this.#made === answering.made &&
      this.#unsettled === answering.unsettledCount &&
      this.#unstored === telling.unstored.length
    this.#turn = turn
    this.#committed = committed
    this.#text = knownText
    this.#reply = answering.reply
    this.#heardMs = heardMs
    this.#wordCount = answering.wordCount
    this.#made = answering.made
    this.#unsettled = answering.unsettledCount
    this.#unstored = telling.unstored.length
    return !isSame
  }
}
