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

/**
 * What was said and heard, by turn, so that a transcript that comes late stands where it was spoken. Only the
 * session writes here, and of replies only what reached the ear.
 */
export class Memory {
  readonly #turns: TurnRecord[] = []

  /** Text of the caller's turn so far; called again when it grows. Empty text leaves no trace. */
  user(turn: TurnId, startMs: number, text: string): void {
    this.#record(turn, startMs).userText = text
  }

  /** What was heard of a reply; called again when a later report corrects it. */
  agent(turn: TurnId, heard: Heard, interrupted: boolean, state: Json | undefined): void {
    const { replies } = this.#record(turn, 0)
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

  #record(turn: TurnId, startMs: number): TurnRecord {
    const known = this.#turns.findLast(record => record.turn === turn)
    if (known !== undefined) return known
    const record: TurnRecord = { turn, startMs, userText: '', replies: [] }
    this.#turns.push(record)
    if (this.#turns.length > MAX_TURNS) this.#turns.shift()
    return record
  }
}
