/** Keys as adapters ask for them: leased for a request or a connection, and given back with what became of it. */

export interface KeySource {
  /**
   * A key that may be used now; waits, bounded and in fair order, while all are limited. Undefined where the vendor
   * needs none. @throws ParleyError `provider_limited`, `provider_quota` or `provider_refused` if none can be had.
   */
  take(signal: AbortSignal): Promise<KeyLease | undefined>
}

export interface KeyLease {
  readonly key: string
  /**
   * It was accepted and stays in use; with what the vendor says is left, or nothing (`{}`). For uses that last, such as a
   * session; any number of times before `done`. Absent where nobody keeps account.
   */
  rate?(rate: KeyRate): void
  /** Told once; later calls do nothing. */
  done(outcome: KeyOutcome): void
}

export type KeyOutcome =
  | { readonly kind: 'fine'; readonly rate?: KeyRate }
  /** Refused for its rate; it may be used again after this time, where the vendor says. */
  | { readonly kind: 'limited'; readonly retryAfterMs?: number; readonly rate?: KeyRate }
  /** No credit left, or not valid: not to be used again before long. */
  | { readonly kind: 'spent' | 'refused' }
  /** It failed for another reason, or was not used after all. */
  | { readonly kind: 'unknown' }

/** What headers say is left. */
export interface KeyRate {
  readonly remainingRequests?: number
  readonly remainingTokens?: number
  readonly resetMs?: number
}

const noKey: KeySource = { take: () => Promise.resolve(undefined) }

/** One key, always there, or none. */
export function fixedKey(key: string | undefined): KeySource {
  return key === undefined ? noKey : { take: () => Promise.resolve({ key, done: () => {} }) }
}
