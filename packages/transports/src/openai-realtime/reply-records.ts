/** What the client was told of the last replies: their words with the times, so that a truncation can say what was heard. */
import type { ReplyId, TurnId } from '@parley/core'

export interface ReplyRecord {
  readonly reply: ReplyId
  readonly turn: TurnId
  readonly words: { readonly text: string; readonly untilMs: number }[]
  /** Sound that left, ms. */
  soundMs: number
  /** Over for the session: heard to its end, or cut and settled. */
  isOver: boolean
  /** What the client said that it played, ms. */
  playedMs: number | undefined
  /** The client took it out of the conversation. */
  isDeleted: boolean
}

export interface ReplyRecords {
  begin(reply: ReplyId, turn: TurnId): ReplyRecord
  get(reply: ReplyId): ReplyRecord | undefined
}

/** Who truncates truncates the last answer or the one before. */
const KEPT = 64

export function createReplyRecords(): ReplyRecords {
  const records = new Map<ReplyId, ReplyRecord>()
  return {
    begin(reply, turn) {
      const record: ReplyRecord = {
        ...{ reply, turn, words: [], soundMs: 0 },
        ...{ isOver: false, playedMs: undefined, isDeleted: false },
      }
      records.set(reply, record)
      const oldest = records.keys().next().value
      if (records.size > KEPT && oldest !== undefined) records.delete(oldest)
      return record
    },
    get: reply => records.get(reply),
  }
}

/** The words heard to their end within `ms`. */
export function wordsUntil({ words }: ReplyRecord, ms: number): string {
  return words
    .filter(({ untilMs }) => untilMs <= ms)
    .map(({ text }) => text)
    .join('')
    .trim()
}
