/** Cut replies whose far end may still correct what was heard; each is settled once, after its round trip. */

import type { ReplyId } from '../ids.js'
import type { Heard } from '../turn/history.js'
import { heardText, saidText } from './heard-text.js'
import { type Line, soundOf, totalMsOf } from './line.js'

interface Settlement {
  readonly line: Line
  /** What was said at the cut. */
  readonly first: Heard
  readonly untilMs: number
  /** Whether the far end may still say something. */
  readonly awaited: boolean
  /** Whether it does so once, and that settles it. */
  readonly once: boolean
  /** Whether the far end has said anything of it since. */
  reported: boolean
}

export class Settlements {
  readonly #frameMs: number
  readonly #tell: (heard: Heard, said: string) => void
  #open: Settlement[] = []

  /** `frameMs`: how exact a far end's count is. `tell` gets what was heard in the end, and what was said. */
  constructor(frameMs: number, tell: (heard: Heard, said: string) => void) {
    this.#frameMs = frameMs
    this.#tell = tell
  }

  add(
    line: Line,
    first: Heard,
    untilMs: number,
    { awaited, once }: { readonly awaited: boolean; readonly once: boolean },
  ): void {
    this.#open.push({ line, first, untilMs, awaited, once, reported: false })
  }

  /** What is known so far of each. */
  get open(): readonly { readonly heard: Heard; readonly said: string }[] {
    return this.#open.map(({ line, first }) => ({ heard: first, said: saidText(line.words) }))
  }

  get count(): number {
    return this.#open.length
  }

  awaits(reply: ReplyId): boolean {
    return this.#open.some(({ line, awaited }) => awaited && line.reply === reply)
  }

  /** The far end's count of a reply that was cut. */
  report(reply: ReplyId, ms: number, nowMs: number): void {
    const found = this.#open.find(({ line }) => line.reply === reply)
    if (found === undefined || (found.once && !found.awaited) || !found.line.heard.report(ms)) return
    found.reported = true
    if (!found.once) return
    this.#open = this.#open.filter(each => each !== found)
    this.#close(found, nowMs)
  }

  /** Settles those whose one report did not come. */
  settleOnce(nowMs: number): void {
    const due = this.#open.filter(({ once }) => once)
    this.#open = this.#open.filter(({ once }) => !once)
    for (const settlement of due) this.#close(settlement, nowMs)
  }

  /** Settles what is due; all of it at `Infinity`, when no report can come any more. */
  settle(nowMs: number): void {
    if (this.#open.length === 0) return
    const due = this.#open.filter(({ untilMs }) => untilMs <= nowMs)
    this.#open = this.#open.filter(({ untilMs }) => untilMs > nowMs)
    for (const settlement of due) this.#close(settlement, nowMs)
  }

  #close(settlement: Settlement, nowMs: number): void {
    const { line, first, reported } = settlement
    const said = saidText(line.words)
    const ms = line.heard.reportedMs
    if (ms === undefined) return this.#tell(isPlayedOut(settlement) ? whole(settlement, said) : first, said)
    const complete = line.ended && ms >= totalMsOf(line) - 0.5
    const text = complete ? said : heardText(line.words, ms, soundOf(line))
    // Settled before its time, the far end's last count is missing and the first error bar stands.
    const told = reported && nowMs !== Number.POSITIVE_INFINITY
    const errorMs = told ? Math.max(this.#frameMs, line.heard.lostMs - ms) : first.errorMs
    this.#tell({ ...first, ms, text, complete, source: 'reported', errorMs }, said)
  }
}

/** A far end that reports cuts has nothing to report where all was played before it heard of the cut. */
function isPlayedOut({ line, first, once }: Settlement): boolean {
  return once && line.ended && first.ms + first.errorMs >= totalMsOf(line) - 0.5
}

function whole({ line, first }: Settlement, said: string): Heard {
  return { ...first, ms: totalMsOf(line), text: said, complete: true }
}
