/**
 * How often a second provider may be started beside a slow first one. Each request earns a share of a hedge; unused
 * shares are kept up to a few, so that the extra cost stays under the share, whatever comes.
 */

import { knownWaits } from './known-waits.js'

export interface HedgeOptions {
  /** Largest share of requests that may be hedged, 0–1. Default 0.1; 0 turns hedging off. */
  readonly share?: number
  /** Hedges that may come in one burst. Default 3. */
  readonly burst?: number
  /** Wait for the first output before another is started, ms, until enough was seen to know. Default 800. */
  readonly afterMs?: number
  /** The least such wait, ms. Default 150. */
  readonly leastMs?: number
}

export interface HedgeBudget {
  /** A request begins. */
  request(): void
  /** Takes a hedge if there is one to take. */
  take(): boolean
  /** What was taken was not used. */
  giveBack(): void
  /**
   * How long to wait for this provider's first output, ms. Once ten of its waits are known: longer than nine in ten of
   * them were, or as many as the share leaves unhedged.
   */
  waitMs(provider: object): number
  /** A first output came after this time, ms. */
  waited(provider: object, ms: number): void
}

export function createHedgeBudget(options: HedgeOptions = {}): HedgeBudget {
  const { share = 0.1, burst = 3, afterMs = 800, leastMs = 150 } = options
  const waits = knownWaits()
  /** Earlier hedges would spend the budget on requests that are merely slow. */
  const late = Math.max(0.9, 1 - share)
  let saved = share > 0 ? 1 : 0

  return {
    request() {
      saved = Math.min(burst, saved + share)
    },
    take() {
      if (saved < 1) return false
      saved -= 1
      return true
    },
    giveBack() {
      saved += 1
    },
    waitMs: provider => Math.max(leastMs, waits.quantile(provider, late) ?? afterMs),
    waited: waits.note,
  }
}
