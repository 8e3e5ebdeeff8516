/** When a letter that was not taken is tried again: later and later, never all at the same moment, and not for ever. */

export interface RetryPlan {
  /** Tries at most. Default 12. */
  readonly maxTries?: number
  /** From the letter's own time; what is older is not tried again. Default 86,400,000 ms (a day). */
  readonly maxAgeMs?: number
  /** Before the second try. Default 5,000 ms. */
  readonly firstMs?: number
  /** Longest wait. Default 7,200,000 ms (two hours). */
  readonly mostMs?: number
}

export interface FailedTry {
  /** Tries made, with the one that failed: 1, 2, … */
  readonly tries: number
  /** When the letter was written, epoch ms. */
  readonly writtenAtMs: number
  readonly nowMs: number
  /** What the receiver asked for, ms from now. */
  readonly retryAfterMs?: number
  /** 0 to 1. */
  readonly random: number
}

/** Epoch ms of the next try; undefined for a letter that is dead. */
export function nextTry(
  plan: RetryPlan,
  { tries, writtenAtMs, nowMs, retryAfterMs, random }: FailedTry,
): number | undefined {
  const { maxTries = 12, maxAgeMs = 86_400_000, firstMs = 5_000, mostMs = 7_200_000 } = plan
  if (tries >= maxTries) return undefined
  const full = Math.min(mostMs, firstMs * 3 ** Math.min(tries - 1, 30))
  // Half of it is left to chance, so that what failed together does not come back together.
  const waitMs = Math.max(full / 2 + (full / 2) * random, Math.min(retryAfterMs ?? 0, mostMs))
  const atMs = Math.round(nowMs + waitMs)
  return atMs - writtenAtMs > maxAgeMs ? undefined : atMs
}
