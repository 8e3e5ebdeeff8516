/** What was ruled on the caller's voice over a reply, until it comes true: a reply is held back, or claimed. */
import type { ReplyId, SessionEvent } from '@parley/core'

export interface ReplyRulings {
  judged(event: Pick<Extract<SessionEvent, { kind: 'judged' }>, 'reply' | 'ruling'>): void
  /** The agent speaks on. */
  resumed(): void
  /** Whether this reply is silenced only to go on. */
  takeHeld(reply: ReplyId): boolean
  /** The reply that is cut if a turn begins now. */
  takeClaimed(): ReplyId | undefined
}

export function createReplyRulings(): ReplyRulings {
  let held: ReplyId | undefined
  let claimed: ReplyId | undefined
  return {
    judged({ reply, ruling }) {
      held = ruling === 'hold' ? reply : undefined
      claimed = ruling === 'claim' ? reply : undefined
    },
    resumed() {
      held = undefined
      claimed = undefined
    },
    takeHeld(reply) {
      const isHeld = held === reply
      held = undefined
      return isHeld
    },
    takeClaimed() {
      const reply = claimed
      claimed = undefined
      return reply
    },
  }
}
