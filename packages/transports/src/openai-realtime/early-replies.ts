/** What is known of replies that were prepared and have not begun: nothing of it is told before they do. */
import type { ErrorCode, ReplyId, ToolCall } from '@parley/core'
import type { TokenUse } from './response-writer.js'

/** A reply that was made whole, and what it cost. */
export type Made = TokenUse & { readonly error?: ErrorCode }

export interface EarlyReply {
  readonly calls: ToolCall[]
  made: Made | undefined
}

export interface EarlyReplies {
  of(reply: ReplyId): EarlyReply
  /** The reply begins: what was known of it. */
  take(reply: ReplyId): EarlyReply | undefined
}

/** Replies at a time; a session prepares one. */
const MOST = 8

export function createEarlyReplies(): EarlyReplies {
  const replies = new Map<ReplyId, EarlyReply>()
  return {
    of(reply) {
      const early = replies.get(reply) ?? { calls: [], made: undefined }
      replies.set(reply, early)
      const oldest = replies.keys().next().value
      if (replies.size > MOST && oldest !== undefined) replies.delete(oldest)
      return early
    },
    take(reply) {
      const early = replies.get(reply)
      replies.delete(reply)
      return early
    },
  }
}
