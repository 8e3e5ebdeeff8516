import type { SessionAction } from '../engine.js'
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
  | { readonly kind: 'action'; readonly action: SessionAction }
