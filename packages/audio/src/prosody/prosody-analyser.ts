import type { MakeFourier } from '../fourier/real-fourier.js'
import type { ProsodyFrame } from './prosody-frame.js'
import type { UtteranceProsody } from './utterance-prosody.js'

/**
 * Hears one speaker and tells how it is said. Synchronous; makes no object or array for a
 * frame (some numbers are boxed, docs/prosody-measures.md). Odd values in float samples
 * (NaN, infinite, over full scale) count as silence or full scale and are never passed on.
 */
export interface ProsodyAnalyser {
  /** Samples a frame looks at and steps on by, at the rate of the input. */
  readonly frameSize: number
  readonly hopSize: number
  /** What must have been heard beyond the middle of a frame before it is told, ms, at the most. */
  readonly delayMs: number
  /** Any number of samples, of full scale 32,768 or 1. */
  hear(samples: Int16Array | Float32Array, sink: ProsodySink): void
  /** No more will come: what is held is told. */
  end(sink: ProsodySink): void
  /** As if new: another speaker. */
  reset(): void
}

/** Both are valid only during the call. */
export interface ProsodySink {
  frame(frame: ProsodyFrame): void
  /** An utterance ended. */
  utterance?(utterance: UtteranceProsody): void
}

export interface ProsodyAnalyserOptions {
  /** Hz of the samples, 8000–48000. */
  readonly rate: number
  /** Samples of a frame: 20–128 ms of them. Default 64 ms. */
  readonly frameSize?: number
  /** Samples between frames: 5 ms up to a frame. Default half a frame. */
  readonly hopSize?: number
  /** `accurate` looks every 8 ms in the place of 16 and costs twice as much. Default `fast`. */
  readonly manner?: 'fast' | 'accurate'
  /** Default `createPlainFourier`; what `loadFastFourier` gives costs less. */
  readonly fourier?: MakeFourier
}
