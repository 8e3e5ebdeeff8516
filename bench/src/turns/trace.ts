/** What one call looked like from outside: all that is measured is measured on this. Times are ms of one clock. */
import type { ServerMessage } from '@parley/protocol'
import type { HeardPiece } from './ear.js'

export interface ReplyWords {
  readonly text: string
  /** Where the words end in the reply's sound, ms. */
  readonly untilMs: number
}

/** What the gateway says it remembered of a reply. */
export interface Remembered {
  readonly reply: string
  readonly interrupted: boolean
  readonly heardText: string
  /** Silence after which the turn it answers was taken for over, by the gateway's word, ms. */
  readonly waitMs?: number
}

/** A frame of the agent as it came off the wire. */
export interface AgentFrame {
  readonly atMs: number
  readonly reply: string
  readonly fromMs: number
  readonly durationMs: number
  /** RMS, dBFS; absent where the edge never lowers a voice. */
  readonly levelDb?: number
}

export interface Trace {
  /** When the frame with the caller's n-th sample left, per frame of `FRAME_MS`. */
  readonly sentAtMs: readonly number[]
  readonly frames: readonly AgentFrame[]
  readonly clears: readonly { readonly atMs: number; readonly reply: string }[]
  readonly ducks: readonly { readonly atMs: number; readonly on: boolean }[]
  readonly messages: readonly { readonly atMs: number; readonly message: ServerMessage }[]
  readonly words: readonly (ReplyWords & { readonly reply: string })[]
  readonly remembered: readonly Remembered[]
  readonly heard: readonly HeardPiece[]
  /** The agent's sound itself, where it was to be kept. */
  readonly sound: readonly { readonly reply: string; readonly fromMs: number; readonly samples: Int16Array }[]
  /** When the call was over. */
  readonly endMs: number
}
