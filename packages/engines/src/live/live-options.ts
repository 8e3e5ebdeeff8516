/** What a live engine is made of. */

import type { Resampling } from '@parley/audio'
import type { FullDuplexModel, TextToSpeech } from '@parley/core'
import type { Reasoner } from '../reasoner/reasoner.js'

export interface LiveEngineOptions {
  /** The first is used; the others, in order, where it fails. All take the same rates. */
  readonly models: readonly FullDuplexModel[]
  /** Who the agent is and how it is to speak. */
  readonly instructions: string
  /** Said first where the agent opens, in the model's own words; without, the model greets as it likes. */
  readonly greeting?: string
  /** Answers what the model hands over; without one the model is told that nobody can. */
  readonly reasoner?: Reasoner
  /**
   * Who says what the caller has to be told word for word, by language; the model cannot be made to. Without one, nothing is
   * announced.
   */
  readonly lineVoice?: (language: string) => TextToSpeech | undefined
  /** Needed where callers' sound has another rate than the model's. */
  readonly resampling?: Resampling
  /** Silence after which a stretch of the model's speech is over, ms. Default 400. */
  readonly quietMs?: number
  /** Pause that ends an utterance of the caller's in the transcript, ms. Default 700. */
  readonly utterancePauseMs?: number
  /** Longest wait for the model to speak once the session wants an answer, ms. Default 8,000. */
  readonly patienceMs?: number
  /** The same while a question is handed over, ms; a session gives an engine up after 20 s. Default 18,000. */
  readonly delegationPatienceMs?: number
  /** After which time a caller who waits for a decision is told to wait once more, ms. Default 4,000. */
  readonly holdingAfterMs?: number
  /** Words of the caller's in a later turn that overtake a question handed over. Default 4. */
  readonly movedOnWords?: number
  /** How long before its end a session is renewed, ms. Default 60,000. */
  readonly renewBeforeMs?: number
  /** Unanswered sound kept for the session after a lost one, ms. Default 8,000. */
  readonly keptMs?: number
}
