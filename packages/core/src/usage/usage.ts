/**
 * What a conversation uses of its providers: counted by whoever watches them (a meter), gathered in an account that each
 * request carries with it. What it costs is nobody's business here: prices are looked up when somebody asks.
 */

/** What was used; what does not apply is absent. */
export interface Used {
  /** Sound given to a recogniser or a model that hears, ms. */
  readonly audioMs?: number
  readonly characters?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Of the input tokens, those that came from the vendor's cache. */
  readonly cachedTokens?: number
}

export const usedKinds = ['audioMs', 'characters', 'inputTokens', 'outputTokens', 'cachedTokens'] as const
export type UsedKind = (typeof usedKinds)[number]

export interface UsedBy {
  readonly slot: 'stt' | 'llm' | 'tts' | 'realtime' | 'live'
  /** The vendor's name in the registry. */
  readonly provider: string
  /** Absent where the provider has none by name. */
  readonly model?: string
}

/** Where meters write. Synchronous, cheap, never throws; also after the conversation is over. */
export interface UsageAccount {
  used(by: UsedBy, what: Used): void
  /** A request, or a stream, is over. Not `counted`: the provider did not tell what it used, although it may be paid. */
  asked(by: UsedBy, counted: boolean): void
}

/** Sums of one provider in one slot. */
export interface UsageLine extends UsedBy {
  readonly used: Readonly<Record<UsedKind, number>>
  /** Of that, what went into answers that were thrown away before anybody heard them. */
  readonly wasted: Readonly<Record<UsedKind, number>>
  readonly requests: number
  /** Requests of which the provider told no usage: they are in no sum. */
  readonly uncounted: number
}
