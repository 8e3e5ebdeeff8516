import type { SessionAction } from '../engine.js'
import type { BargeIn } from '../floor/policy.js'
import type { DecisionUse } from '../ledger/ledger.js'
import type { HistoryEntry, Json } from '../turn/history.js'
import type { Wishes } from '../turn/wishes.js'
import type { UsageAccount } from '../usage/usage.js'
import type { Fact } from './context-source.js'
import type { ToolCall, ToolDefinition, ToolExchange } from './tool.js'

/** What decides the words: a vendor's model or the scripted agent. */
export interface LanguageModel {
  readonly name: string
  /** Streams an answer to `userText`. Stops soon after `signal` aborts; keeps no memory of its own. */
  stream(request: LanguageModelRequest, signal: AbortSignal): AsyncIterable<LanguageModelPart>
  /** Makes the first `stream` as fast as the later ones. */
  warm?(): Promise<void>
  /** Frees what all streams share (sockets). */
  close?(): Promise<void>
}

export interface LanguageModelRequest {
  /** The final text of the turn; empty when nothing was understood, absent for the agent's opening. */
  readonly userText?: string
  readonly history: readonly HistoryEntry[]
  /** BCP 47. */
  readonly language: string
  /** Who the agent is and how it is to speak. */
  readonly instructions?: string
  /** Facts fetched for this turn. Adapters put them last, through `factsAsText`. */
  readonly facts?: readonly Fact[]
  readonly tools?: readonly ToolDefinition[]
  /** Whether tools are to be used, or which; an adapter that cannot say so ignores it. `auto` without. */
  readonly toolChoice?: Wishes['toolChoice']
  /** Longest answer, tokens; the shorter counts where an adapter has its own. One that cannot say so ignores it. */
  readonly maxOutputTokens?: number
  /** Steps of this very answer that have been taken: what was said and what tools gave. */
  readonly exchanges?: readonly ToolExchange[]
  /**
   * Resolves once the turn is over and this is the answer to it; never if it is thrown away. What cannot be undone waits
   * for it. Absent where nothing is prepared early.
   */
  readonly committed?: Promise<void>
  /**
   * The same object for all answers to one turn: one that was committed may go on, and its answer is thrown away. What
   * was done for it and cannot be undone is told to the next.
   */
  readonly turnKey?: object
  /** Who pays; adapters know nothing of it. */
  readonly account?: UsageAccount
}

export type LanguageModelPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'state'; readonly state: Json }
  /** Who may take the floor by voice from the text that follows, until the next such part. */
  | { readonly kind: 'barge-in'; readonly allow: BargeIn }
  /** A tool to be run; the answer goes on in another `stream` with its result among `exchanges`. */
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  /** What this answer has cost so far, in tokens as the provider counts them; the last one stands. */
  | {
      readonly kind: 'usage'
      readonly inputTokens: number
      readonly outputTokens: number
      /** Of the input tokens, those read from the vendor's cache. */
      readonly cachedTokens?: number
    }
  /** Said at once while the answer takes long, and only until the answer sounds; it is no part of it. */
  | { readonly kind: 'filler'; readonly text: string }
  /** Who decided the text that follows, where that was not this model; at most once. */
  | ({ readonly kind: 'decision' } & DecisionUse)
  | { readonly kind: 'action'; readonly action: SessionAction }
