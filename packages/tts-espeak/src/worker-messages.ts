import type { EspeakPiece } from './espeak-engine.js'

/** What crosses between the voice and its worker thread. */

export type ToWorker = {
  readonly kind: 'speak'
  readonly id: number
  readonly text: string
  readonly voice: string
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly sampleRate: number; readonly languages: readonly string[] }
  | { readonly kind: 'pieces'; readonly id: number; readonly pieces: readonly EspeakPiece[] }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

/**
 * Ids that are no longer wanted, in memory both threads see: the worker speaks synchronously and reads no message
 * meanwhile. A slot holds 1 once its request was cancelled.
 */
export const CANCEL_SLOTS = 1_024

export function slotOf(id: number): number {
  return id % CANCEL_SLOTS
}
