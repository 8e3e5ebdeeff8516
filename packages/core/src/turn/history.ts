import type { ReplyId, TurnId } from '../ids.js'
import type { UsageAccount } from '../usage/usage.js'
import type { Wishes } from './wishes.js'

/** A value that survives JSON unchanged: what an engine may keep between turns. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What reached the ear of one reply. */
export interface Heard {
  readonly reply: ReplyId
  /** Milliseconds of the reply's audio that were heard. */
  readonly ms: number
  /** The words heard to their end; a word cut in the middle is not among them. */
  readonly text: string
  /** Whether the whole reply was heard. */
  readonly complete: boolean
  /** `reported` by the far end, or `estimated` from what was sent and when. */
  readonly source: 'reported' | 'estimated'
  /** How far `ms` may be off, in ms. */
  readonly errorMs: number
}

export type HistoryEntry =
  /** Put in by the far end, to be followed from there on. */
  | { readonly role: 'system'; readonly turn: TurnId; readonly text: string; readonly atMs: number }
  | { readonly role: 'user'; readonly turn: TurnId; readonly text: string; readonly atMs: number }
  | {
      readonly role: 'agent'
      readonly turn: TurnId
      readonly reply: ReplyId
      /** Only what was heard. */
      readonly text: string
      readonly interrupted: boolean
      /** What the engine asked to remember with this reply (a dialogue position, slots). */
      readonly state?: Json
    }

/** What the caller said until commit, as an engine sees it. */
export interface Turn {
  readonly id: TurnId
  /**
   * `opening`: the agent speaks first; `prompt`: it speaks because nobody does; `speech`: heard; `text`: typed; `asked`:
   * the far end wants an answer to the history as it stands; `engine`: the engine speaks of its own accord.
   */
  readonly origin: 'opening' | 'prompt' | 'speech' | 'text' | 'asked' | 'engine'
  /** Final text known so far. For speech it may still be empty when the turn is committed. */
  readonly text: string
  /** Media time of the first sample and of the last voiced one so far, ms; equal for what was not spoken at all. */
  readonly startMs: number
  readonly endMs: number
  /** Everything before this turn, oldest first. */
  readonly history: readonly HistoryEntry[]
  /** Absent where the far end only talks. */
  readonly wishes?: Wishes
  /**
   * Another process has begun to answer it: `said` was, or is being, said to the caller, and only what follows is wanted.
   * `state` is what was kept with that (tools that acted are not to act again). An engine that cannot go on answers anew.
   */
  readonly begun?: { readonly said: string; readonly state?: Json }
  /** Goes with every request to a provider that is made for this answer; that of the call without. */
  readonly account?: UsageAccount
}
