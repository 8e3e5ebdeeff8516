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
  /** Absent where nothing was looked up. */
  readonly context?: ContextUse
  /** Absent where the engine's own model decided. */
  readonly decision?: DecisionUse
}

/** A decision that the fast model left to another. */
export interface DecisionUse {
  /** The model that was asked. */
  readonly by: string
  /** Why: the fast model asked itself (`tool`), a rule said so, or the vendor handed it over. */
  readonly cause: 'tool' | 'rule' | 'delegation'
  /** The rule's name. */
  readonly rule?: string
  /** `late`: the fast model answered without it. */
  readonly outcome: 'decided' | 'late' | 'failed'
  /** From the question to its answer, ms. */
  readonly tookMs: number
}

/** What became of looking up facts for an answer: names of sources. */
export interface ContextUse {
  /** Their facts are in the prompt. */
  readonly used: readonly string[]
  /** They did not answer within the budget; the answer was made without them. */
  readonly late: readonly string[]
  readonly failed: readonly string[]
}

export interface LedgerStage {
  /** Named for the mark that ends it. */
  readonly stage: LedgerMark
  readonly startMs: number
  readonly durationMs: number
}
