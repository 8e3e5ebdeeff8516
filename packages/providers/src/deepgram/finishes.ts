/**
 * Utterances whose end was told to the vendor and whose finals are awaited. One is over when the vendor answers, or when
 * it has settled all sound before it; an answer that never comes must not be taken from the next one.
 */

import type { Cancel, Clock } from '@parley/core'

export interface Finishes {
  /** From now on the vendor can answer, and the time for it runs. */
  start(): void
  /** Sound up to `streamMs` is to be settled. False: it is already, and `finished` was told. */
  ask(atMs: number, streamMs: number): boolean
  /** All sound up to here is settled. */
  settled(streamMs: number): void
  /** The vendor answered one request, by settling all sound up to here. */
  answered(streamMs: number): void
  /** Gives up waiting for those up to here, and tells them. */
  giveUp(streamMs: number): void
  /** Some utterance is not over. */
  readonly isWaiting: boolean
  close(): void
}

export interface FinishesOptions {
  readonly clock: Clock
  readonly timeoutMs: number
  onFinished(atMs: number): void
  /** Nothing came in time; the owner calls `giveUp`, or ends the stream. */
  onOverdue(streamMs: number): void
}

/** Sound left over that holds no word, ms. */
const TOLERANCE_MS = 40
/** Requests whose answer is no longer awaited but may still come; older ones are forgotten. */
const REMEMBERED = 32

interface Asked {
  readonly atMs: number
  readonly streamMs: number
  over: boolean
  cancel: Cancel
}

export function finishes({ clock, timeoutMs, onFinished, onOverdue }: FinishesOptions): Finishes {
  const asked: Asked[] = []
  let settledMs = 0
  let started = false

  function end(each: Asked): void {
    if (each.over) return
    each.over = true
    each.cancel()
    onFinished(each.atMs)
  }

  function settled(streamMs: number): void {
    settledMs = Math.max(settledMs, streamMs)
    for (const each of asked) if (each.streamMs <= settledMs + TOLERANCE_MS) end(each)
  }

  function forget(upToMs: number): void {
    while ((asked[0]?.streamMs ?? Number.POSITIVE_INFINITY) <= upToMs) asked.shift()
  }

  function arm(entry: Asked): void {
    entry.cancel = clock.after(timeoutMs, () => onOverdue(entry.streamMs))
  }

  return {
    start() {
      started = true
      for (const entry of asked) arm(entry)
    },
    ask(atMs, streamMs) {
      if (streamMs <= settledMs + TOLERANCE_MS) {
        onFinished(atMs)
        return false
      }
      const entry: Asked = { atMs, streamMs, over: false, cancel: () => {} }
      asked.push(entry)
      if (started) arm(entry)
      if (asked.length > REMEMBERED) {
        const oldest = asked.shift()
        if (oldest !== undefined) end(oldest)
      }
      return true
    },
    settled,
    answered(streamMs) {
      const oldest = asked.shift()
      if (oldest !== undefined) end(oldest)
      settled(streamMs)
      forget(streamMs + TOLERANCE_MS)
    },
    giveUp(streamMs) {
      for (const each of asked) if (each.streamMs <= streamMs) end(each)
      forget(streamMs)
    },
    get isWaiting() {
      return asked.some(({ over }) => !over)
    },
    close() {
      for (const { cancel } of asked) cancel()
      asked.length = 0
    },
  }
}
