/**
 * A vendor's model that hears and speaks: a far conversation with a memory of its own. An adapter speaks the protocol and
 * no more: when a turn ends, what was heard, renewal and repair are the engine's. The words are those of the OpenAI
 * Realtime API, which most vendors have taken over.
 */

import type { Clock } from '../clock/clock.js'
import type { ParleyError } from '../errors.js'
import type { UsageAccount } from '../usage/usage.js'
import type { ToolCall, ToolDefinition } from './tool.js'

export interface SpeechToSpeech {
  readonly name: string
  /** The model, for accounts and messages. */
  readonly model: string
  /** Rate at which it hears and speaks in a session whose far end wants `outputRate`, Hz; sound goes through as it is. */
  rateFor(outputRate: number): number
  /** Returns at once; what is sent before `ready` is kept, in order and bounded. */
  open(options: FarSessionOptions): FarSession
  /** Makes the first `open` as fast as the later ones. */
  warm?(): Promise<void>
  /** Frees what all sessions share. */
  close?(): Promise<void>
}

export interface FarSessionOptions extends FarSettings {
  /** BCP 47. */
  readonly language: string
  /** As `rateFor` says, Hz. */
  readonly rate: number
  /** Whether the caller's words are wanted as text. */
  readonly transcribes: boolean
  readonly clock: Clock
  /** Who pays for what is heard; adapters know nothing of it. */
  readonly account?: UsageAccount
  onEvent(event: FarEvent): void
}

/** What can be changed while the session runs. */
export interface FarSettings {
  readonly instructions: string
  readonly tools: readonly ToolDefinition[]
  /** Who ends the caller's turns; answers are always asked for. */
  readonly turns: FarTurns
}

export type FarTurns =
  /** We do: with `commit`. */
  | { readonly by: 'gateway' }
  /** The vendor, by silence. */
  | {
      readonly by: 'silence'
      readonly threshold?: number
      readonly silenceMs?: number
      readonly prefixMs?: number
    }
  /** The vendor, by what is said. */
  | { readonly by: 'meaning'; readonly eagerness?: 'low' | 'medium' | 'high' | 'auto' }

/** All calls are synchronous, never throw, and do nothing once the session is lost or closed. */
export interface FarSession {
  /** Mono PCM16 at the session's rate, only valid during the call. */
  hear(samples: Int16Array): void
  /** Throws away what was heard and not committed. */
  forgetSound(): void
  /** What was heard since the last commit is a turn of the caller's; `committed` brings its name. */
  commit(): void
  /** Puts an item into the conversation: last, or behind another, or first (`null`). */
  add(item: FarItem, behind?: string | null): void
  remove(item: string): void
  /** Only the first `ms` of the sound of an assistant's item were heard. */
  truncate(item: string, ms: number): void
  respond(ask: FarAsk): void
  /** By the name it was asked for with. Nothing of it is told afterwards but `response-done`. */
  cancel(ask: string): void
  change(settings: Partial<FarSettings>): void
  close(): void
}

/** `id` is ours, unique in the conversation. */
export type FarItem =
  | {
      readonly kind: 'message'
      readonly id: string
      readonly role: 'system' | 'user' | 'assistant'
      readonly text: string
    }
  | { readonly kind: 'tool-call'; readonly id: string; readonly call: ToolCall }
  | { readonly kind: 'tool-result'; readonly id: string; readonly call: string; readonly text: string }

export interface FarAsk {
  /** Ours, unique: every event of the response carries it. */
  readonly id: string
  /** Outside of the conversation: it neither waits for others nor is remembered. */
  readonly beside?: true
  /** In the place of the conversation. */
  readonly input?: readonly FarItem[]
  /** In the place of the session's. */
  readonly instructions?: string
  readonly tools?: readonly ToolDefinition[]
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** Text without sound. */
  readonly silent?: true
  readonly maxOutputTokens?: number
  /** Who pays; that of the session without. */
  readonly account?: UsageAccount
}

export type FarEvent =
  /** Settings are taken; `expiresAtMs` on the session clock, where the vendor says when it ends the session. */
  | { readonly kind: 'ready'; readonly expiresAtMs?: number }
  /** The vendor's own ear; `atMs` counts the sound given to `hear`. `speech-end` with its turn by `committed`. */
  | { readonly kind: 'speech-start' | 'speech-end'; readonly atMs: number }
  /** A turn of the caller's has its place in the conversation; answers to `commit` come in the same order. */
  | { readonly kind: 'committed'; readonly item: string }
  /** There was nothing, or too little, to commit; in the place of `committed`. */
  | { readonly kind: 'commit-empty' }
  /** The caller's words; a partial may change and holds all of the turn so far. */
  | { readonly kind: 'transcript'; readonly item: string; readonly text: string; readonly final: boolean }
  | { readonly kind: 'transcript-failed'; readonly item: string; readonly error: ParleyError }
  /** Sound of an assistant's item, at the session's rate; stays valid. */
  | { readonly kind: 'audio'; readonly ask: string; readonly item: string; readonly samples: Int16Array }
  /** Words of it, in order, as they read when joined; they may come before or after their sound. */
  | { readonly kind: 'words'; readonly ask: string; readonly item: string; readonly text: string }
  /** A whole call, to be answered by an item. */
  | { readonly kind: 'tool-call'; readonly ask: string; readonly item: string; readonly call: ToolCall }
  /** The response is over; always told, once. */
  | {
      readonly kind: 'response-done'
      readonly ask: string
      readonly outcome: 'complete' | 'cancelled' | 'cut-short' | 'failed'
      readonly error?: ParleyError
      readonly usage?: {
        readonly inputTokens: number
        readonly outputTokens: number
        readonly cachedTokens?: number
      }
    }
  /** Something of ours was refused and the session goes on. */
  | { readonly kind: 'refused'; readonly error: ParleyError }
  /** The session is over and nothing follows; what it knew is lost. */
  | { readonly kind: 'lost'; readonly error: ParleyError }
