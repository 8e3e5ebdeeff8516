import type { ReplyId } from '../ids.js'
import type { Reason, Ruling } from '../judge/judge.js'
import type { Wishes } from '../turn/wishes.js'

/**
 * What is observed of the floor. `atMs` is the caller's media time, so that late evidence belongs to the moment
 * it speaks of and not to the moment it arrives.
 */
export type Evidence =
  /** A sound that may be voice: early and cheap, confirmed by `speech-start` or taken back by `onset-lost`. */
  | { readonly kind: 'onset'; readonly atMs: number }
  | { readonly kind: 'onset-lost'; readonly atMs: number }
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
      /** A final that is a whole utterance of the recogniser's closed grammar. */
      readonly whole?: true
      /** By a recogniser that only listens for what people say into each other's words: never part of a turn. */
      readonly judgeOnly?: true
    }
  /** A vendor's own turn model speaks; see `TurnSignal`. */
  | {
      readonly kind: 'turn-signal'
      readonly atMs: number
      readonly signal: TurnSignal
      /** 0..1 where the vendor gives one. */
      readonly confidence?: number
    }
  /**
   * The turn is over by someone's word: push to talk, typed text, the agent's opening, its own prompt, a far end that asks
   * for an answer, or an engine that begins to speak.
   */
  | {
      readonly kind: 'end-of-turn'
      readonly atMs: number
      readonly source: 'client' | 'text' | 'opening' | 'prompt' | 'asked' | 'engine'
      /** What was typed, for `text`; what the agent is to say, for `prompt`. */
      readonly text?: string
      /** Of this answer, for `asked`; those of the conversation without. */
      readonly wishes?: Wishes
    }
  | { readonly kind: 'reply-audible'; readonly atMs: number; readonly reply: ReplyId }
  /** The reply was heard to its end, or ended without a sound. */
  | { readonly kind: 'reply-ended'; readonly atMs: number; readonly reply: ReplyId }
  /** The caller took the floor by command (a button, a key). */
  | { readonly kind: 'interrupt'; readonly atMs: number }
  /** A key of a telephone. */
  | { readonly kind: 'dtmf'; readonly atMs: number; readonly digit: string }
  /** What the judge makes of an overlap. */
  | {
      readonly kind: 'ruling'
      readonly atMs: number
      readonly ruling: Ruling['ruling']
      readonly reasons: readonly Reason[]
    }
  | { readonly kind: 'timer'; readonly atMs: number; readonly timer: FloorTimer }
  /** How turns are taken has changed. */
  | { readonly kind: 'steered'; readonly atMs: number }
  /** The watchdog: nothing can happen any more that would change this floor. */
  | { readonly kind: 'stuck'; readonly atMs: number }

/** `endpoint` decides that the turn ended, `judge` that an overlap must be ruled on now. */
export type FloorTimer = 'endpoint' | 'judge'

/**
 * One turn model for every vendor's. Deepgram Flux: StartOfTurn, Update, EagerEndOfTurn, TurnResumed, EndOfTurn;
 * OpenAI: `speech_started`, deltas, –, –, `speech_stopped` under semantic_vad; Cartesia: turn.start … turn.end.
 */
export type TurnSignal = 'start' | 'update' | 'eager-end' | 'resume' | 'end'
