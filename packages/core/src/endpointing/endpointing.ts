/**
 * How long to wait in a caller's silence before the turn is taken for over: from the silence, how the speech ended
 * (melody, length, loudness), whether its words are complete, what vendors say, and how long this caller's pauses are.
 */

import type { Cues } from '../ear/cues.js'
import type { TurnSignal } from '../floor/evidence.js'
import type { Reason } from '../judge/judge.js'

export interface EndpointWait {
  /** Silence after the last voiced sample that ends the turn, ms. */
  readonly ms: number
  /** Probability that the turn is over, judged at the beginning of the silence, 0..1. */
  readonly complete: number
  readonly reasons: readonly Reason[]
}

export interface Endpointing {
  /** A turn begins: forgets words and melody of the one before, keeps the caller's habits. */
  begin(): void
  /** Every frame of the turn, voiced or not. */
  hear(cues: Cues): void
  /** All words of the turn so far; `whole` if the recogniser knows the last of them as a whole utterance. */
  words(words: { readonly text: string; readonly final: boolean; readonly whole?: boolean }): void
  signal(signal: TurnSignal, confidence?: number): void
  /** The caller fell silent; `atMs` is the last voiced sample. */
  paused(atMs: number): void
  /** The caller goes on at `atMs` in the same turn: this pause was none of the ends. */
  resumed(atMs: number): void
  /** The turn was over. */
  ended(): void
  /** The wait for the silence under way, by what is known now. */
  wait(): EndpointWait
}
