import type { SessionAction } from '../engine.js'
import type { BargeIn } from '../floor/policy.js'
import type { HistoryEntry, Json } from '../turn/history.js'

/** What decides the words: a vendor's model or the scripted agent. */
export interface LanguageModel {
  readonly name: string
  /** Streams an answer to `userText`. Stops soon after `signal` aborts; keeps no memory of its own. */
  stream(request: LanguageModelRequest, signal: AbortSignal): AsyncIterable<LanguageModelPart>
}

export interface LanguageModelRequest {
  /** The final text of the turn; empty when nothing was understood, absent for the agent's opening. */
  readonly userText?: string
  readonly history: readonly HistoryEntry[]
  /** BCP 47. */
  readonly language: string
}

export type LanguageModelPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'state'; readonly state: Json }
  /** Who may take the floor by voice from the text that follows, until the next such part. */
  | { readonly kind: 'barge-in'; readonly allow: BargeIn }
  /** What this answer has cost so far, in tokens as the provider counts them; the last one stands. */
  | { readonly kind: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly kind: 'action'; readonly action: SessionAction }
