import type { VisemeCue } from '@parley/audio'
import type { UsageAccount } from '../usage/usage.js'
import type { Expression } from './expression.js'

/** A voice, a vendor's or embedded. */
export interface TextToSpeech {
  readonly name: string
  /** Rate of the audio it makes, in Hz. */
  readonly sampleRate: number
  /** BCP 47 languages it speaks; `*` stands for any. */
  readonly languages: readonly string[]
  /** Speaks one clause or more. Stops soon after `signal` aborts. */
  speak(request: SpeechRequest, signal: AbortSignal): AsyncIterable<SpeechPart>
  /** Makes the first `speak` as fast as the later ones. */
  warm?(): Promise<void>
  close(): Promise<void>
}

export interface SpeechRequest {
  readonly text: string
  readonly language: string
  /** The voice's own name for a speaker; its default without it. */
  readonly voice?: string
  readonly expression?: Expression
  /** Clauses of one reply have the same name, so that a voice may carry its melody across them. */
  readonly reply?: string
  /** Who pays; adapters know nothing of it. */
  readonly account?: UsageAccount
}

export type SpeechPart =
  /** Mono PCM16 at `sampleRate`; valid after it is yielded. */
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  /** A word as written in the request, with its place in this request's audio, in ms. Comes before or with its audio. */
  | { readonly kind: 'word'; readonly text: string; readonly startMs: number; readonly endMs: number }
  /** Shapes of the mouth, in order, with their places in this request's audio. Come before or with their audio. */
  | { readonly kind: 'visemes'; readonly cues: readonly VisemeCue[] }
  /** What this request costs, in characters as the provider counts them; at most once. */
  | { readonly kind: 'usage'; readonly characters: number }
