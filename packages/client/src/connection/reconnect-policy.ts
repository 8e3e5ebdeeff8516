/** When to try again after a lost connection, and after which closes never to. Pure. */

export interface ReconnectPolicy {
  /** First delay; each further one doubles. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Attempts in a row before giving up. */
  readonly attempts: number
  /** A connection that held this long starts the count anew. */
  readonly stableAfterMs: number
}

export const defaultReconnectPolicy: ReconnectPolicy = {
  firstDelayMs: 250,
  longestDelayMs: 8_000,
  attempts: 12,
  stableAfterMs: 5_000,
}

/**
 * Delay before attempt `attempt` (0 for the first), between half of and the full exponential step, so that a
 * thousand clients of a restarted gateway do not return at once.
 */
export function reconnectDelayMs(policy: ReconnectPolicy, attempt: number, random: () => number): number {
  const step = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** attempt)
  return step * (0.5 + 0.5 * random())
}

/**
 * What a close code means for the client. Policy (1008), protocol faults (1002, 1003, 1007, 1009, 1010) and the
 * gateway's own codes 4400–4499 would happen again; 1000 is the end; everything else is worth another try.
 */
export function closeMeaning(code: number): 'ended' | 'refused' | 'lost' {
  if (code === 1000) return 'ended'
  if ([1002, 1003, 1007, 1008, 1009, 1010].includes(code)) return 'refused'
  if (code >= 4400 && code <= 4499) return 'refused'
  return 'lost'
}
