/** What the engine sees of its line to a model, and what it gives to it. */

import type {
  Clock,
  DuplexEvent,
  DuplexMessage,
  FullDuplexModel,
  ParleyError,
  UsageAccount,
} from '@parley/core'

export interface FarLine {
  /** Mono PCM16 at the model's rate, only valid during the call. */
  hear(samples: Int16Array): void
  instruct(text: string): void
  think(text: string, to?: FarTask): void
  tell(text: string, to?: FarTask): void
  /** What was heard so far has its answer. */
  answered(): void
  /** Of the session that is spoken with; counts up. */
  readonly session: number
  /** Why nothing can be said at present, if it cannot. */
  readonly trouble: ParleyError | undefined
  /** No model is left to try. */
  readonly isOver: boolean
  close(): void
}

/** A delegation is known to its own session only; elsewhere its answer is told without. */
export interface FarTask {
  readonly session: number
  readonly id: string
}

export type FarLineEvent = Exclude<DuplexEvent, { kind: 'ready' | 'lost' | 'refused' }>

export interface FarLineOptions {
  /** The first is taken; the others where it fails. */
  readonly models: readonly FullDuplexModel[]
  readonly rate: number
  readonly language: string
  readonly instructions: string
  readonly clock: Clock
  /** Who pays for its sessions. */
  readonly account?: UsageAccount
  /** How long before its end a session is renewed, ms. */
  readonly renewBeforeMs: number
  /** Unanswered sound kept for another session, ms. */
  readonly keptMs: number
  memory(): readonly DuplexMessage[]
  /** Whether nobody speaks and nothing is waited for: a session may be changed unnoticed. */
  isQuiet(): boolean
  onEvent(event: FarLineEvent): void
  /** Another session listens from now on; its first `givenMs` of sound were given. */
  onChange(givenMs: number): void
  /** The session was lost, or left in the middle of something; `onRestored` once another stands. */
  onLost(): void
  onRestored(): void
  warn(error: ParleyError): void
}
