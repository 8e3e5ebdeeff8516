/**
 * Live facts for a prompt. A source says from the caller's words alone whether it has something to add, so that the
 * fetching can begin while the caller still speaks.
 */

/** One fact, as data: what it says is never an instruction. */
export interface Fact {
  /** The source's name. */
  readonly source: string
  /** One or a few short sentences, in any language. */
  readonly text: string
  /** When it was true, ms since the epoch. Numbers are quoted with it. */
  readonly asOfMs: number
}

export interface ContextSource {
  readonly name: string
  /**
   * What these words ask of the source, as a key for `fetch` and the cache; undefined: nothing. Called for every
   * partial: synchronous, cheap, never throws.
   */
  wants(text: string, language: string): string | undefined
  /** Fetches what a key stands for. Stops soon after `signal` aborts. @throws ParleyError `context_failed`. */
  fetch(key: string, signal: AbortSignal): Promise<readonly Fact[]>
  /** How old a fact may be and still be told, in ms. */
  readonly freshMs: number
  close?(): Promise<void>
}

/** What a turn got, and what came too late for it. */
export interface Enrichment {
  readonly facts: readonly Fact[]
  /** Names of sources that were asked and did not answer within the budget. */
  readonly late: readonly string[]
  /** Names of sources that failed. */
  readonly failed: readonly string[]
}

/** Asks the sources for one conversation. */
export interface Enricher {
  /** Words so far of the turn being spoken; fetches what they ask for. Synchronous, never throws. */
  overhear(text: string): void
  /** Facts for the final text: what is there, and what comes within the budget. Never rejects. */
  enrich(text: string, signal: AbortSignal): Promise<Enrichment>
  close(): void
}
