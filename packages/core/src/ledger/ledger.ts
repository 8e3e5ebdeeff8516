import type { LedgerMark } from './marks.js'

/** Where the time of a turn went. The stages are neighbours on one line, so their sum is `totalMs`. */
export interface LatencyLedger {
  /** From the last voiced sample (or the typed text) to the first sample at the ear. */
  readonly totalMs: number
  readonly stages: readonly LedgerStage[]
  /** Time that no mark explains, in ms. */
  readonly unattributedMs: number
  /** Whether `first-heard` was reported by the far end or estimated. */
  readonly heardSource: 'reported' | 'estimated'
}

export interface LedgerStage {
  /** Named for the mark that ends it. */
  readonly stage: LedgerMark
  readonly startMs: number
  readonly durationMs: number
}
