import type { ReplyId } from '@parley/core'

/** Replies whose reports still count; more are never open at once but for a broken session. */
const MAX_REPLIES = 8

interface Reported {
  sentMs: number
  playedMs: number
}

/**
 * Which reports of what was played may reach the session: of replies that were sent and have not ended, growing,
 * and never beyond what was sent.
 */
export class PlayedReports {
  readonly #replies = new Map<string, Reported>()
  #current: { reply: ReplyId; reported: Reported } | undefined

  /** The reply has been sent up to this place, ms. */
  sent(reply: ReplyId, untilMs: number): void {
    if (this.#current?.reply !== reply) this.#current = { reply, reported: this.#open(reply) }
    const { reported } = this.#current
    if (untilMs > reported.sentMs) reported.sentMs = untilMs
  }

  /** The report as the session may have it; undefined when there is nothing new in it. */
  accept(reply: string, ms: number): number | undefined {
    const reported = this.#replies.get(reply)
    if (reported === undefined) return undefined
    const playedMs = Math.min(ms, reported.sentMs)
    if (playedMs <= reported.playedMs) return undefined
    reported.playedMs = playedMs
    return playedMs
  }

  /** The reply has ended. */
  forget(reply: ReplyId): void {
    this.#replies.delete(reply)
    if (this.#current?.reply === reply) this.#current = undefined
  }

  #open(reply: ReplyId): Reported {
    const known = this.#replies.get(reply)
    if (known !== undefined) return known
    const fresh = { sentMs: 0, playedMs: -1 }
    this.#replies.set(reply, fresh)
    const [oldest] = this.#replies.keys()
    if (this.#replies.size > MAX_REPLIES && oldest !== undefined) this.#replies.delete(oldest)
    return fresh
  }
}
