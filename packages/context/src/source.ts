import type { ContextSource } from '@parley/core'

/** A source with its times; `freshMs`, of the contract, is how old a fact may be and still be told. */
export interface TimedSource extends ContextSource {
  /** A fact older than this is fetched anew, and used meanwhile, ms. Default: half of `freshMs`. */
  readonly refetchMs?: number
  /** Longest fetch, ms; what comes after the budget of a turn still serves the next. Default 5,000. */
  readonly timeoutMs?: number
}
