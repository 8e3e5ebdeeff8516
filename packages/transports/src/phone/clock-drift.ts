/**
 * How much faster the carrier's media clock runs than ours, for the log: the slope between the chunks that came with the
 * least delay early in the call and lately. A network only ever makes chunks later, so the earliest of many is on time.
 */
import type { Clock } from '@parley/core'

export interface ClockDrift {
  /** A chunk with this timestamp has come, ms on the carrier's clock. */
  heard(timestampMs: number): void
  /** Parts in a million, above 0 where the carrier's is faster; undefined until two whole stretches were heard. */
  readonly ppm: number | undefined
}

/** Stretch of which the chunk with the least delay counts, ms. */
const STRETCH_MS = 60_000

interface Least {
  readonly atMs: number
  readonly delayMs: number
}

export function createClockDrift(clock: Clock): ClockDrift {
  let first: Least | undefined
  let latest: Least | undefined
  let leastAtMs = 0
  let leastDelayMs = Number.POSITIVE_INFINITY
  let endsAtMs = clock.now() + STRETCH_MS

  function endStretch(nowMs: number): void {
    endsAtMs = nowMs + STRETCH_MS
    if (leastDelayMs === Number.POSITIVE_INFINITY) return
    latest = { atMs: leastAtMs, delayMs: leastDelayMs }
    first ??= latest
    leastDelayMs = Number.POSITIVE_INFINITY
  }

  return {
    heard(timestampMs) {
      const nowMs = clock.now()
      if (nowMs >= endsAtMs) endStretch(nowMs)
      const delayMs = nowMs - timestampMs
      if (delayMs >= leastDelayMs) return
      leastDelayMs = delayMs
      leastAtMs = nowMs
    },
    get ppm() {
      if (first === undefined || latest === undefined || latest === first) return undefined
      const sinceMs = latest.atMs - first.atMs
      return Math.round(((first.delayMs - latest.delayMs) / sinceMs) * 1e6)
    },
  }
}
