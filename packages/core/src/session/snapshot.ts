/**
 * What has to be known of a conversation so that another process can go on with it where the caller stopped hearing:
 * written while it is held, read where its leg comes back. It holds no sound; what was not heard is spoken again from its
 * words.
 */

import type { Ids } from '../clock/clock.js'
import type { SessionAction } from '../engine.js'
import type { BargeIn } from '../floor/policy.js'
import type { ReplyId, SessionId, TurnId } from '../ids.js'
import type { DecisionUse } from '../ledger/ledger.js'
import type { HistoryEntry, Json, Turn } from '../turn/history.js'
import type { DurableEvent } from './events.js'

export interface SessionSnapshot {
  readonly session: SessionId
  /** BCP 47. */
  readonly language: string
  /** Ms since the session began, when this was taken: its time goes on from there. */
  readonly atMs: number
  /** All that was said and heard, oldest first, but for `reply`. The same array while it is the same. */
  readonly history: readonly HistoryEntry[]
  /** A turn that was committed, or was being said, and of whose answer nothing is known; `text` of a prompt is its own. */
  readonly unanswered?: Pick<Turn, 'id' | 'origin' | 'text'>
  /** The reply that was being heard, or was about to be: some of its words are known. */
  readonly reply?: UnfinishedReply
  /** What the journal had not taken yet, oldest first: the successor stores it, again if need be. */
  readonly unstored?: readonly DurableEvent[]
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
  /** Done once all of it has been heard. */
  readonly actions?: readonly SessionAction[]
  /** The session ends with it. */
  readonly last?: true
  /** Who may take the floor from what is left, where the answer says so. */
  readonly bargeIn?: BargeIn
  readonly decision?: DecisionUse
}

/** As `ids`, but for those of the snapshot. */
export function idsBehind(ids: Ids, snapshot: SessionSnapshot | undefined): Ids {
  if (snapshot === undefined) return ids
  const taken = new Set<string>(idsOf(snapshot))
  return {
    next(prefix) {
      let id = ids.next(prefix)
      while (taken.has(id)) id = ids.next(prefix)
      return id
    },
  }
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

/** Whether nothing has been said yet: the agent opens the conversation as if it began. */
export function isBlank({ history, unanswered, reply }: SessionSnapshot): boolean {
  return history.length === 0 && unanswered === undefined && reply === undefined
}
