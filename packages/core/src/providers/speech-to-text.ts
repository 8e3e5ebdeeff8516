import type { AudioFrame } from '@parley/audio'
import type { Clock } from '../clock/clock.js'
import type { ParleyError } from '../errors.js'
import type { UsageAccount } from '../usage/usage.js'

/** A vendor's (or the embedded) recogniser. */
export interface SpeechToText {
  readonly name: string
  /** Rate the stream wants its frames at, in Hz. */
  readonly sampleRate: number
  /** Returns at once; the connection is made behind it and audio is kept (bounded) until it stands. */
  open(options: SttOptions): SttStream
  /** Makes the first `open` as fast as the later ones. */
  warm?(): Promise<void>
  /** Frees what all streams share (processes, sockets). */
  close(): Promise<void>
}

export interface SttOptions {
  /** BCP 47. */
  readonly language: string
  /** A closed grammar, for recognisers that take one (JSGF text). */
  readonly grammar?: string
  readonly clock: Clock
  /** Who pays; adapters know nothing of it. */
  readonly account?: UsageAccount
  onEvent(event: SttEvent): void
}

export interface SttWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** 0..1 where the recogniser gives one. */
  readonly confidence?: number
}

export type SttEvent =
  /** Text between `startMs` and `endMs` of the caller's media time. */
  | {
      readonly kind: 'partial' | 'final'
      readonly text: string
      readonly startMs: number
      readonly endMs: number
      /** 0..1 where the recogniser gives one. */
      readonly confidence?: number
      readonly words?: readonly SttWord[]
    }
  /** The recogniser's own word on turns, where it has one; see the evidence `turn-signal`. */
  | {
      readonly kind: 'turn'
      readonly signal: 'start' | 'update' | 'eager-end' | 'resume' | 'end'
      readonly atMs: number
      /** 0..1: how sure it is that the turn is over. */
      readonly confidence?: number
    }
  /** Answer to `finish`: every final of the audio before it has been given, maybe none. */
  | { readonly kind: 'finished'; readonly atMs: number }
  /** Sound recognised since the last such event, ms, as it is billed. */
  | { readonly kind: 'usage'; readonly audioMs: number }
  /** A fault that the stream lives through. */
  | { readonly kind: 'error'; readonly error: ParleyError }
  /** The stream is over for this reason and nothing follows. A vendor's stream does not reconnect by itself. */
  | { readonly kind: 'lost'; readonly error: ParleyError }

export interface SttStream {
  /** Synchronous and bounded; the frame is only valid during the call. */
  hear(frame: AudioFrame): void
  /** Speech began at this media time; recognisers without their own VAD start an utterance here. */
  begin(atMs: number): void
  /** Speech ended at this media time: give the final as soon as may be, then `finished`. */
  finish(atMs: number): void
  /** Nothing is told after it returns. */
  close(): void
}
