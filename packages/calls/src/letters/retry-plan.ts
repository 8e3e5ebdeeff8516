/**
 * When a letter that was not taken is tried again: later and later, never all at the same moment, and not for ever. The age of
 * a letter counts beside its tries, since the store counts a try when a letter is taken, and one that is let lie for others was
 * not tried at all.
 */

export interface RetryPlan {
  /** From the letter's own time; what is older is not tried again. Default 86,400,000 ms (a day). */
  readonly maxAgeMs?: number
  /** Tries that even an old letter gets: the gateway may have been down for that day. Default 5. */
  readonly minTries?: number
  /** Before the second try. Default 5,000 ms. */
  readonly firstMs?: number
  /** Longest wait. Default 7,200,000 ms (two hours). */
  readonly mostMs?: number
}

export interface FailedTry {
  /** Times it was taken, with the one that failed: 1, 2, … */
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
  const { maxAgeMs = 86_400_000, minTries = 5, firstMs = 5_000, mostMs = 7_200_000 } = plan
  const ageMs = Math.max(0, nowMs - writtenAtMs)
  const byTries = firstMs * 3 ** Math.min(Math.max(tries - 1, 0), 30)
  const full = Math.min(mostMs, byTries, Math.max(firstMs, ageMs))
  // A third of it is left to chance, so that what failed together does not come back together.
  const waitMs = Math.max(full * (1 - random / 3), Math.min(retryAfterMs ?? 0, mostMs))
  return ageMs + waitMs > maxAgeMs && tries >= minTries ? undefined : Math.round(nowMs + waitMs)
}
