import type { Clock } from '@parley/core'

/** What every adapter of a carrier is given of the world. */
export interface CarrierWorld {
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly epochMs: () => number
  /** For one request to the carrier, ms; 15,000 by default. */
  readonly timeoutMs?: number
}

export const DEFAULT_TIMEOUT_MS = 15_000
