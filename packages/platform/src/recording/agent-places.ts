/**
 * Where on the clock the agent's sound is heard, and what of it never was. Sound that leaves ahead of its time is heard one
 * piece behind the other; sound that is sent again from an earlier place of the reply was thrown away at the far end from
 * there on. Places are kept for as long as they may change.
 */

import type { ReplyId } from '@parley/core'

export interface Stretch {
  readonly reply: ReplyId
  /** Where it begins in the reply, ms, and on the clock, ms. */
  readonly replyMs: number
  readonly atMs: number
  durationMs: number
}

export interface AgentPlaces {
  /** Sound of a reply that leaves now: where it will be heard, ms. `erase` is told what had been placed and is not heard. */
  leave(sound: { reply: ReplyId; replyMs: number; durationMs: number }, nowMs: number): number
  /** No more than `heardMs` of it was heard. */
  cut(reply: ReplyId, heardMs: number): void
  /** Nothing before may change any more. */
  forget(beforeMs: number): void
}

const tolerableMs = 1

/** `erase` gets times of the clock, ms. */
export function createAgentPlaces(erase: (fromMs: number, toMs: number) => void): AgentPlaces {
  let stretches: Stretch[] = []

  const endOf = ({ atMs, durationMs }: Stretch): number => atMs + durationMs

  const cut = (reply: ReplyId, heardMs: number): void => {
    stretches = stretches.filter(each => {
      if (each.reply !== reply) return true
      const keptMs = Math.max(0, heardMs - each.replyMs)
      if (keptMs >= each.durationMs) return true
      erase(each.atMs + keptMs, endOf(each))
      each.durationMs = keptMs
      return keptMs > 0
    })
  }

  return {
    cut,
    leave({ reply, replyMs, durationMs }, nowMs) {
      const before = stretches.at(-1)
      const follows =
        before?.reply === reply && Math.abs(before.replyMs + before.durationMs - replyMs) <= tolerableMs
      if (before?.reply === reply && !follows) cut(reply, replyMs)
      const last = stretches.at(-1)
      const atMs = last === undefined ? nowMs : Math.max(nowMs, endOf(last))
      if (follows && last !== undefined && atMs <= endOf(last)) last.durationMs += durationMs
      else stretches.push({ reply, replyMs, atMs, durationMs })
      return atMs
    },
    forget(beforeMs) {
      while (stretches.length > 1 && endOf(stretches[0] as Stretch) < beforeMs) stretches.shift()
    },
  }
}
