/** What the engine is told of what was heard of its replies: each thing once, and where its own sound begins. */

import type { EngineLink } from '../engine.js'
import type { ReplyId } from '../ids.js'
import type { Heard } from '../turn/history.js'
import type { ReplyRun } from './reply-run.js'

/** Replies that were over for longer are not corrected by a far end that keeps its own time. */
const FILLERS_KEPT = 64

export class HeardTelling {
  /** Where the answer began behind a filler, of the replies heard last, ms. */
  readonly #fillers = new Map<ReplyId, number>()

  /** What was heard of a reply that ended or was cut; `final` unless the far end may still correct it. */
  tell(
    link: EngineLink | undefined,
    run: ReplyRun,
    { heard, final }: { heard: Heard; final: boolean },
  ): void {
    // Of an answer that never sounded nothing was heard, whatever was of its filler.
    const fromMs = run.ownFromMs ?? heard.ms
    if (final && fromMs > 0) this.#keep(run.reply, fromMs)
    const told = run.toldHeard
    if (told?.final && isSame(told.heard, heard)) return
    run.toldHeard = { heard, final }
    link?.heard?.(heard, { fromMs, final })
  }

  /** The far end corrects what was heard of a reply that is over. */
  amend(link: EngineLink | undefined, heard: Heard): void {
    link?.heard?.(heard, { fromMs: this.#fillers.get(heard.reply) ?? 0, final: true })
  }

  #keep(reply: ReplyId, fromMs: number): void {
    this.#fillers.set(reply, fromMs)
    const oldest = this.#fillers.keys().next().value
    if (this.#fillers.size > FILLERS_KEPT && oldest !== undefined) this.#fillers.delete(oldest)
  }
}

function isSame(one: Heard, other: Heard): boolean {
  return one.ms === other.ms && one.text === other.text && one.complete === other.complete
}
