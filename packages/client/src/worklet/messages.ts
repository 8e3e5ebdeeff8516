/** What the page and the audio thread say to each other, and under which names the processors are registered. */
import type { PlayoutReport } from '../audio/playout.js'

export const CAPTURE_PROCESSOR = 'parley-capture'
export const PLAYOUT_PROCESSOR = 'parley-playout'

/** `processorOptions` of the capture node. */
export interface CaptureSettings {
  readonly frameRate: number
  readonly frameMs: number
}

/** One frame of the microphone; `samples` are transferred. */
export interface CaptureMessage {
  readonly samples: Int16Array<ArrayBuffer>
  readonly levelDbfs: number
}

/** `processorOptions` of the playout node. */
export interface PlayoutSettings {
  readonly sourceRate: number
  readonly jitterMs?: number
  readonly maxBufferMs?: number
}

export type PlayoutCommand =
  | { readonly kind: 'begin'; readonly reply: string; readonly fromMs: number }
  | { readonly kind: 'push'; readonly samples: Int16Array<ArrayBuffer> }
  | { readonly kind: 'end'; readonly reply: string; readonly totalMs: number }
  | { readonly kind: 'clear'; readonly reply?: string }
  | { readonly kind: 'duck'; readonly on: boolean }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'stop' }

export type { PlayoutReport }
