import type { ReplyId } from '../ids.js'

/**
 * What is observed of the floor. `atMs` is the caller's media time, so that late evidence belongs to the moment
 * it speaks of and not to the moment it arrives.
 */
export type Evidence =
  /** Voice began; `atMs` is its onset. */
  | { readonly kind: 'speech-start'; readonly atMs: number }
  /** Voice ended; `atMs` is the last voiced sample. */
  | { readonly kind: 'speech-end'; readonly atMs: number }
  /** `atMs` is the end of the words in the audio. A final may not change, a partial may. */
  | {
      readonly kind: 'transcript'
      readonly atMs: number
      readonly startMs: number
      readonly text: string
      readonly final: boolean
    }
  /** The turn is over by someone's word: a vendor's turn model, push to talk, typed text, or the agent's opening. */
  | {
      readonly kind: 'end-of-turn'
      readonly atMs: number
      readonly source: 'vendor' | 'client' | 'text' | 'opening'
      /** What was typed, for `text`. */
      readonly text?: string
    }
  | { readonly kind: 'reply-audible'; readonly atMs: number; readonly reply: ReplyId }
  /** The reply was heard to its end, or ended without a sound. */
  | { readonly kind: 'reply-ended'; readonly atMs: number; readonly reply: ReplyId }
  /** The caller took the floor by command (a button, a key). */
  | { readonly kind: 'interrupt'; readonly atMs: number }
  | { readonly kind: 'timer'; readonly atMs: number; readonly timer: FloorTimer }

/** `endpoint` decides that the turn ended, `judge` that an overlap is a barge-in. */
export type FloorTimer = 'endpoint' | 'judge'
