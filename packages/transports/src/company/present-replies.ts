/**
 * The replies that are under way, as a device that comes in the middle of one is told them: their beginning and their words so
 * far, which no history has yet. A reply may begin before the one before it has ended.
 */
import type { SessionEvent } from '@parley/core'

export interface PresentReplies {
  /** In the order in which it is announced. */
  announced(event: SessionEvent): void
  /** In the same order. */
  events(): readonly SessionEvent[]
}

/** What never ends is forgotten, the oldest first. */
const MOST_REPLIES = 4
/** For each; of longer ones the oldest words go, and come back with the end of the reply. */
const MOST_WORDS = 500

type OfReply = Extract<SessionEvent, { kind: 'reply-started' | 'reply-words' }>

export function createPresentReplies(): PresentReplies {
  const replies = new Map<string, OfReply[]>()

  function add(event: OfReply): void {
    const known = replies.get(event.reply) ?? []
    known.push(event)
    if (known.length > MOST_WORDS) known.splice(known[0]?.kind === 'reply-started' ? 1 : 0, 1)
    replies.set(event.reply, known)
    const [oldest] = replies.keys()
    if (replies.size > MOST_REPLIES && oldest !== undefined) replies.delete(oldest)
  }

  return {
    announced(event) {
      if (event.kind === 'reply-started' || event.kind === 'reply-words') add(event)
      if (event.kind === 'reply-ended') replies.delete(event.reply)
    },
    events: () => [...replies.values()].flat(),
  }
}
