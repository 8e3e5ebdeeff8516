/**
 * A vendor's model that hears and speaks at the same time and owns turn-taking: it alone decides when it speaks, cannot
 * be stopped, and remembers what it said, not what was heard. An adapter speaks the protocol and no more: whose reply a
 * sound is, renewal and repair are the engine's.
 */

import type { Clock } from '../clock/clock.js'
import type { ParleyError } from '../errors.js'
import type { UsageAccount } from '../usage/usage.js'

export interface FullDuplexModel {
  readonly name: string
  /** The model, for accounts and messages. */
  readonly model: string
  /** Rate at which it hears and speaks in a session whose far end wants `outputRate`, Hz; sound goes through as it is. */
  rateFor(outputRate: number): number
  /** Returns at once; sound given before `ready` is kept, in order and bounded. */
  open(options: DuplexOptions): DuplexSession
  /** Frees what all sessions share. */
  close?(): Promise<void>
}

export interface DuplexOptions {
  /** BCP 47. */
  readonly language: string
  /** As `rateFor` says, Hz. */
  readonly rate: number
  /** Who the agent is and how it is to speak; fixed for the session. */
  readonly instructions: string
  /** What was said before, oldest first; the adapter leaves out the oldest that are too many. */
  readonly memory: readonly DuplexMessage[]
  readonly clock: Clock
  /** Who pays; adapters know nothing of it. */
  readonly account?: UsageAccount
  onEvent(event: DuplexEvent): void
}

export interface DuplexMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

/** All calls are synchronous, never throw, and do nothing once the session is lost or closed. */
export interface DuplexSession {
  /**
   * Mono PCM16 at the session's rate, only valid during the call. The model's time goes on with it: silence has to be
   * given, too.
   */
  hear(samples: Int16Array): void
  /** To be followed from now on. */
  instruct(text: string): void
  /** To be known and not said. `delegation` is the one it belongs to. */
  think(text: string, delegation?: string): void
  /** To be said, in the model's own words and when it sees fit. `delegation` is the one it answers. */
  tell(text: string, delegation?: string): void
  close(): void
}

/** Times are ms on the session's own time line, on which the sound given to `hear` and the model's own have their place. */
export type DuplexEvent =
  /** `expiresAtMs` on the session clock, where the vendor says when it ends the session. */
  | { readonly kind: 'ready'; readonly expiresAtMs?: number }
  /** The model's sound, at the session's rate; stays valid. It comes as it is spoken, not ahead of its time. */
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  /** Words of the caller's, in order, as they read when joined. No turn, and no end of one, is told. */
  | { readonly kind: 'heard'; readonly text: string; readonly startMs: number; readonly endMs: number }
  /** Words of the model's, in order, as they read when joined; they may come before or after their sound. */
  | { readonly kind: 'said'; readonly text: string; readonly startMs: number; readonly endMs: number }
  /** A task is handed over, without words: it is in what was said. To be answered by `tell`. */
  | { readonly kind: 'delegation'; readonly id: string; readonly atMs: number }
  /** Something of ours was refused and the session goes on. */
  | { readonly kind: 'refused'; readonly error: ParleyError }
  /** The session is over and nothing follows; what it knew is lost. */
  | { readonly kind: 'lost'; readonly error: ParleyError }
