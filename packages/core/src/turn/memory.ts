import type { ReplyId, TurnId } from '../ids.js'
import type { Heard, HistoryEntry, Json } from './history.js'

interface TurnRecord {
  readonly turn: TurnId
  readonly startMs: number
  userText: string
  readonly replies: { readonly reply: ReplyId; heard: Heard; interrupted: boolean; state: Json | undefined }[]
}

/** Turns kept for the engine; older ones are only in the store. */
const MAX_TURNS = 500
/** How many of the newest turns may still get words. */
const LATE_TURNS = 8

/**
 * What was said and heard, by turn, so that a transcript that comes late stands where it was spoken. Only the
 * session writes here, and of replies only what reached the ear.
 */
export class Memory {
  readonly #turns: TurnRecord[] = []

  /** A turn takes its place; turns stand in the order in which they were opened. */
  open(turn: TurnId, startMs: number): void {
    this.#turns.push({ turn, startMs, userText: '', replies: [] })
    if (this.#turns.length <= MAX_TURNS) return
    // A cough must not push out what was said; but the newest turns may still get their words.
    const empty = this.#turns.findIndex(({ userText, replies }) => userText === '' && replies.length === 0)
    this.#turns.splice(empty >= 0 && empty < MAX_TURNS - LATE_TURNS ? empty : 0, 1)
  }

  /** Text of the caller's turn so far; called again when it grows. A turn too old to be kept is left out. */
  user(turn: TurnId, text: string): void {
    const record = this.#find(turn)
    if (record !== undefined) record.userText = text
  }

  /** What was heard of a reply; called again when a later report corrects it. One without a word leaves no trace. */
  agent(turn: TurnId, heard: Heard, interrupted: boolean, state: Json | undefined): void {
    const replies = this.#find(turn)?.replies
    if (replies === undefined) return
    if (heard.complete && heard.text === '' && state === undefined) return
    const known = replies.find(({ reply }) => reply === heard.reply)
    if (known === undefined) replies.push({ reply: heard.reply, heard, interrupted, state })
    else Object.assign(known, { heard, interrupted, state })
  }

  /** Everything, or everything before `turn`, oldest first. */
  history(before?: TurnId): readonly HistoryEntry[] {
    const entries: HistoryEntry[] = []
    for (const { turn, startMs, userText, replies } of this.#turns) {
      if (turn === before) break
      if (userText !== '') entries.push({ role: 'user', turn, text: userText, atMs: startMs })
      for (const { reply, heard, interrupted, state } of replies) {
        if (heard.text === '' && (state === undefined || !heard.complete)) continue
        entries.push({
          role: 'agent',
          turn,
          reply,
          text: heard.text,
          interrupted,
          ...(state === undefined ? {} : { state }),
        })
      }
    }
    return entries
  }

  #find(turn: TurnId): TurnRecord | undefined {
    return this.#turns.findLast(record => record.turn === turn)
  }
}
