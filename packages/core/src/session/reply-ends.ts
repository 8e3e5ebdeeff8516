/**
 * How answers ended: each is told once and stored, and stored anew where the far end corrects what was heard of it. The
 * store keeps the later of two ends of one reply; nobody else is told of a correction, for they count ends.
 */

import type { ReplyId, TurnId } from '../ids.js'
import type { Heard } from '../turn/history.js'
import type { ReplyRun } from './reply-run.js'
import type { Unstamped } from './telling.js'

export interface ReplyEndsParts {
  emit(event: Unstamped): void
  /** To the store alone. */
  correct(event: ReplyEnded): void
}

export type ReplyEnded = Extract<Unstamped, { kind: 'reply-ended' }>

/** Ends that may still be corrected in the store: far ends do so while the caller still hears what followed. */
const KEPT = 16

export class ReplyEnds {
  readonly #parts: ReplyEndsParts
  readonly #last = new Map<ReplyId, ReplyEnded>()

  constructor(parts: ReplyEndsParts) {
    this.#parts = parts
  }

  tell(
    run: ReplyRun,
    { heard, said, interrupted }: Pick<ReplyEnded, 'heard' | 'said' | 'interrupted'>,
  ): void {
    const ended = endOf(run, { heard, said, interrupted })
    this.#keep(ended)
    this.#parts.emit(ended)
  }

  /** What was heard of a reply that is over was something else. */
  correct(heard: Heard): void {
    const before = this.#last.get(heard.reply)
    if (before === undefined) return
    const ended = { ...before, heard, interrupted: before.interrupted || !heard.complete }
    this.#keep(ended)
    this.#parts.correct(ended)
  }

  #keep(ended: ReplyEnded): void {
    this.#last.set(ended.reply, ended)
    const oldest = this.#last.keys().next().value
    if (this.#last.size > KEPT && oldest !== undefined) this.#last.delete(oldest)
  }
}

/** How a reply ended, as it is told. */
export function endOf(
  {
    reply,
    turn,
    state,
    decision,
  }: Pick<ReplyRun, 'reply' | 'state' | 'decision'> & {
    readonly turn: { readonly id: TurnId }
  },
  { heard, said, interrupted }: Pick<ReplyEnded, 'heard' | 'said' | 'interrupted'>,
): ReplyEnded {
  return {
    kind: 'reply-ended',
    turn: turn.id,
    reply,
    said,
    heard,
    interrupted,
    ...(state === undefined ? {} : { state }),
    ...(decision === undefined ? {} : { decision }),
  }
}
