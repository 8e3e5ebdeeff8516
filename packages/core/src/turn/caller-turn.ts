import type { TurnId } from '../ids.js'
import { TurnLedger } from '../ledger/turn-ledger.js'
import type { UnfinishedReply } from '../session/snapshot.js'
import type { HistoryEntry, Turn } from './history.js'
import type { Wishes } from './wishes.js'

/** A transcript may lie this far outside the voiced stretch and still belong to the turn. */
const SLACK_MS = 500

/** What the caller says until commit: its words, its place in media time, its ledger. */
export class CallerTurn {
  readonly id: TurnId
  readonly origin: Turn['origin']
  readonly startMs: number
  readonly ledger = new TurnLedger()
  endMs: number
  committed = false
  /** Whether an answer to it was released. */
  answered = false
  /** What the agent is to say of its own accord. */
  prompt: string | undefined
  /** Whether the session ends once its reply was heard. */
  last = false
  /** The answer that another process began, as long as the turn has not grown since. */
  begun: UnfinishedReply | undefined
  readonly #finals: { readonly startMs: number; readonly text: string }[] = []
  #typed = false
  /** Its words come from another process: no more are waited for. */
  #handed = false

  constructor(id: TurnId, origin: Turn['origin'], startMs: number) {
    this.id = id
    this.origin = origin
    this.startMs = startMs
    this.endMs = startMs
  }

  /** The final text so far, in the order it was spoken. */
  get text(): string {
    return this.#finals.map(({ text }) => text).join(' ')
  }

  /** Adds final words. The same words for the same place count once. */
  addFinal(startMs: number, text: string, origin: 'speech' | 'text'): void {
    const trimmed = text.trim()
    if (origin === 'text') this.#typed = true
    if (trimmed === '' || this.#finals.some(known => known.startMs === startMs && known.text === trimmed))
      return
    this.begun = undefined
    const after = this.#finals.findIndex(known => known.startMs > startMs)
    this.#finals.splice(after === -1 ? this.#finals.length : after, 0, { startMs, text: trimmed })
  }

  /** Its text as another process knew it. */
  hand(text: string): void {
    this.#handed = true
    if (text !== '') this.#finals.push({ startMs: this.startMs, text })
  }

  /**
   * How far outside the turn words lie that end at `atMs`, in ms: 0 inside, undefined when they cannot belong to it.
   * An open turn has no end yet.
   */
  distanceMs(atMs: number): number | undefined {
    const afterMs = this.committed ? atMs - this.endMs : 0
    const distanceMs = Math.max(this.startMs - atMs, afterMs, 0)
    return distanceMs <= SLACK_MS ? distanceMs : undefined
  }

  /** Voice was heard up to here. A committed turn keeps its end. */
  extend(voicedMs: number): void {
    if (!this.committed) this.endMs = Math.max(this.endMs, voicedMs)
  }

  /** The turn is over; `endMs` is its last voiced sample. */
  commit(endMs: number): void {
    this.committed = true
    this.endMs = Math.max(this.startMs, endMs)
  }

  /** The turn goes on after all; what its answer had marked is void. */
  reopen(): void {
    this.committed = false
    this.answered = false
    this.#handed = false
    this.ledger.discardAnswer()
  }

  /** The turn as an engine reads it: once something was typed in it, its text stands and no words are waited for. */
  view(history: readonly HistoryEntry[], wishes: Wishes = {}): Turn {
    const { id, text, startMs, endMs } = this
    const isWhole = this.#typed || (this.#handed && this.origin === 'speech' && text !== '')
    const origin = isWhole ? 'text' : this.origin
    const asked = Object.keys(wishes).length === 0 ? {} : { wishes }
    return { id, origin, text, startMs, endMs, history, ...asked }
  }
}
