/**
 * What has to be known of a conversation so that another process can go on with it where the caller stopped hearing:
 * written while it is held, read where its leg comes back. It holds no sound; what was not heard is spoken again from its
 * words.
 */

import type { ReplyId, SessionId, TurnId } from '../ids.js'
import type { HistoryEntry, Json, Turn } from '../turn/history.js'

export interface SessionSnapshot {
  readonly session: SessionId
  /** BCP 47. */
  readonly language: string
  /** Ms since the session began, when this was taken: its time goes on from there. */
  readonly atMs: number
  /** All that is settled, oldest first. */
  readonly history: readonly HistoryEntry[]
  /** A turn that was committed, or was being said, and of whose answer nothing was heard. */
  readonly unanswered?: Pick<Turn, 'id' | 'origin' | 'text'>
  /** The reply that was being heard. */
  readonly reply?: UnfinishedReply
}

export interface UnfinishedReply {
  readonly turn: Pick<Turn, 'id' | 'origin' | 'text'>
  readonly reply: ReplyId
  /** What was heard of it, in words. */
  readonly heard: string
  readonly heardMs: number
  /** What the engine has given behind that: to be spoken next, word for word. */
  readonly rest: string
  /** Whether the engine had given all of it; if not, it is asked to go on behind `rest`. */
  readonly made: boolean
  readonly state?: Json
}

/** Names of turns and replies of the snapshot that a successor must not give again. */
export function idsOf(snapshot: SessionSnapshot): readonly (TurnId | ReplyId)[] {
  const { history, unanswered, reply } = snapshot
  return [
    ...history.flatMap(entry => (entry.role === 'agent' ? [entry.turn, entry.reply] : [entry.turn])),
    ...(unanswered === undefined ? [] : [unanswered.id]),
    ...(reply === undefined ? [] : [reply.turn.id, reply.reply]),
  ]
}
