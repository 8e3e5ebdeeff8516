/**
 * Whom a fast model asks when a decision is hard: another model, slower and better, with the rules that say when it must
 * be asked. It decides what is said; the fast model, or the voice, says it.
 */

import type { Fact, HistoryEntry, ToolDefinition, UsageAccount } from '@parley/core'

export interface Reasoner {
  /** Of the model that decides, for accounts: who decided. */
  readonly name: string
  /** As the fast model is told of it: it calls this to hand a question over. */
  readonly tool: ToolDefinition
  /**
   * The rule that takes this turn from the fast model, by the caller's words; undefined where none does. `language` (BCP
   * 47) says how numbers are read; without it, as in the language of the agent.
   */
  ruleFor(text: string, language?: string): string | undefined
  /** The rule that takes an answer from the fast model, by its words so far ("I am not sure"); undefined where none does. */
  doubtIn(said: string): string | undefined
  /** Said while the caller waits; the `nth` of several, in the language of the call. Undefined where nothing is said. */
  holding(language: string, nth: number): string | undefined
  /**
   * Asks; the answer is what the caller is to be told, as it may be spoken. Stops soon after `signal` aborts.
   * @throws ParleyError `timeout`, or what the model throws
   */
  decide(question: Question, signal: AbortSignal): Promise<Decision>
}

export interface Question {
  /** The caller's words in this turn. */
  readonly text: string
  /** What the fast model asks in its own words, where it does. */
  readonly asked?: string
  /** What was looked up for this turn. */
  readonly facts?: readonly Fact[]
  readonly history: readonly HistoryEntry[]
  /** BCP 47. */
  readonly language: string
  /** Who pays. */
  readonly account?: UsageAccount
}

export interface Decision {
  readonly text: string
  /** ms */
  readonly tookMs: number
  readonly inputTokens: number
  readonly outputTokens: number
}
