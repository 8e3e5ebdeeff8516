/** What the memory keeps of one turn and its replies, and how that reads in the history. */

import type { ReplyId, TurnId } from '../ids.js'
import { actedIn, stateOfActed } from '../providers/acted-tools.js'
import type { ToolCall } from '../providers/tool.js'
import type { Heard, HistoryEntry, Json } from './history.js'

export interface TurnRecord {
  readonly turn: TurnId
  readonly startMs: number
  /** Whose words `text` is. */
  readonly role: 'user' | 'system'
  text: string
  /** Taken out by the far end: late words change nothing. */
  forgotten: boolean
  readonly replies: ReplyRecord[]
}

export interface ReplyRecord {
  readonly reply: ReplyId
  /** Undefined while nothing is known of it but its calls. */
  heard: Heard | undefined
  interrupted: boolean
  state: Json | undefined
  forgotten: boolean
  readonly calls: {
    readonly call: ToolCall
    result: { readonly id: TurnId; readonly text: string } | undefined
  }[]
}

/** Longest result of a far end's tool, in characters: it is all that the next answer has of it. */
const MAX_RESULT = 16_000

export function given(turn: TurnId, startMs: number, role: TurnRecord['role'], text: string): TurnRecord {
  return { turn, startMs, role, text, forgotten: false, replies: [] }
}

/** An answer of a conversation that is gone on with. */
export function givenReply(turn: TurnId, startMs: number, text: string): TurnRecord {
  const record = given(turn, startMs, 'user', '')
  const reply = turn as string as ReplyId
  const heard = { reply, ms: 0, text, complete: true, source: 'reported', errorMs: 0 } as const
  record.replies.push({ ...newReply(reply), heard })
  return record
}

/** An answer as another process remembers it. */
export function handedReply(entry: Extract<HistoryEntry, { role: 'agent' }>): ReplyRecord {
  const { reply, text, interrupted, state } = entry
  const heard = { reply, ms: 0, text, complete: !interrupted, source: 'estimated', errorMs: 0 } as const
  return { ...newReply(reply), heard, interrupted, state }
}

/** A call of one, whose result is still to come. */
export function givenCall(turn: TurnId, startMs: number, call: ToolCall): TurnRecord {
  const record = given(turn, startMs, 'user', '')
  record.replies.push({ ...newReply(turn as string as ReplyId), calls: [{ call, result: undefined }] })
  return record
}

/** Of what is kept, about. */
export function charsOf({ text, replies }: TurnRecord): number {
  let chars = text.length
  for (const { heard, calls } of replies) {
    chars += heard?.text.length ?? 0
    for (const { result } of calls) chars += result?.text.length ?? 0
  }
  return chars
}

export function newReply(reply: ReplyId): ReplyRecord {
  return { reply, heard: undefined, interrupted: false, state: undefined, forgotten: false, calls: [] }
}

/** What was heard of it, and behind that what the far end's tools gave. */
export function entriesOf(turn: TurnId, record: ReplyRecord): readonly HistoryEntry[] {
  const { reply, heard, interrupted, state, calls } = record
  const entries: HistoryEntry[] = []
  const isWorth = heard !== undefined && (heard.text !== '' || heard.complete || actedIn(state).length > 0)
  if (isWorth && !record.forgotten && (heard.text !== '' || state !== undefined))
    entries.push({
      role: 'agent',
      turn,
      reply,
      text: heard.text,
      interrupted,
      ...(state === undefined ? {} : { state }),
    })
  const answered = calls.flatMap(({ call, result }) =>
    result === undefined
      ? []
      : [{ text: '', calls: [call], results: [{ id: call.id, text: result.text, failed: false }] }],
  )
  if (answered.length > 0)
    entries.push({
      role: 'agent',
      turn,
      reply,
      text: '',
      interrupted: false,
      state: stateOfActed(answered, MAX_RESULT),
    })
  return entries
}
