import type { VisemeCue } from '@parley/audio'
import type { EndpointWait } from '../endpointing/endpointing.js'
import type { ErrorCode } from '../errors.js'
import type { Floor } from '../floor/floor.js'
import type { ReplyId, SessionId, TurnId } from '../ids.js'
import type { Reason, Ruling } from '../judge/judge.js'
import type { DecisionUse, LatencyLedger } from '../ledger/ledger.js'
import type { ToolCall } from '../providers/tool.js'
import type { CloseReason } from '../transport.js'
import type { Heard, Json } from '../turn/history.js'
import type { CallOrder } from './call-order.js'
import type { Waste } from './speculation.js'

/** What a session tells its far end and its taps. `atMs` is ms since the session began. */
export type SessionEvent = { readonly atMs: number } & (
  | {
      readonly kind: 'session-started'
      readonly session: SessionId
      readonly language: string
      /** It goes on from another process. */
      readonly goesOn?: true
    }
  | { readonly kind: 'floor-changed'; readonly floor: Floor }
  | { readonly kind: 'speech-started'; readonly turn: TurnId; readonly mediaMs: number }
  | { readonly kind: 'speech-ended'; readonly turn: TurnId; readonly mediaMs: number }
  | { readonly kind: 'transcript-partial'; readonly turn: TurnId; readonly text: string }
  /** Durable: announced after it is stored. The whole text of the turn so far. */
  | {
      readonly kind: 'transcript-final'
      readonly turn: TurnId
      readonly text: string
      readonly origin: 'speech' | 'text'
      readonly startMs: number
      readonly endMs: number
    }
  /** `endpoint` says how the end of a spoken turn was found; absent where it was told. */
  | { readonly kind: 'turn-committed'; readonly turn: TurnId; readonly endpoint?: EndpointWait }
  /** The turn goes on: it had been closed too early, and nothing of its answer was heard. */
  | { readonly kind: 'turn-reopened'; readonly turn: TurnId }
  /** An answer is being generated before the turn is over. */
  | { readonly kind: 'reply-prepared'; readonly turn: TurnId; readonly reply: ReplyId }
  /** A prepared answer was thrown away unheard, and what it had cost. */
  | ({ readonly kind: 'reply-discarded'; readonly turn: TurnId; readonly reply: ReplyId } & Waste)
  | { readonly kind: 'reply-started'; readonly turn: TurnId; readonly reply: ReplyId }
  /** Text of the reply as it is sent; `untilMs` is its end in the reply's audio. */
  | { readonly kind: 'reply-words'; readonly reply: ReplyId; readonly text: string; readonly untilMs: number }
  /**
   * Shapes of the mouth by place in the reply's audio, told before that sound is sent. They take the place of all that
   * was told from their first place on; what is not heard is cut with its sound.
   */
  | { readonly kind: 'reply-visemes'; readonly reply: ReplyId; readonly cues: readonly VisemeCue[] }
  /** The engine has given all of it: its sound may still be on its way. `error` where it failed. */
  | {
      readonly kind: 'reply-made'
      readonly turn: TurnId
      readonly reply: ReplyId
      /** Tokens as the provider counts them; 0 where it does not. */
      readonly inputTokens: number
      readonly outputTokens: number
      readonly error?: ErrorCode
    }
  /** The far end is to run a tool of its own; the reply ends. */
  | {
      readonly kind: 'tool-called'
      readonly turn: TurnId
      readonly reply: ReplyId
      readonly call: ToolCall
    }
  /** All of the reply's audio has been handed to the far end; it may still be playing. */
  | { readonly kind: 'reply-sent'; readonly reply: ReplyId; readonly totalMs: number }
  /** Durable. `said` is the whole text, `heard.text` what reached the ear. */
  | {
      readonly kind: 'reply-ended'
      readonly turn: TurnId
      readonly reply: ReplyId
      readonly said: string
      readonly heard: Heard
      readonly interrupted: boolean
      readonly state?: Json
      /** Who decided what was said, where that was not the engine's own model. */
      readonly decision?: DecisionUse
    }
  /** `afterOnsetMs`: from the arrival of the caller's first voiced sample to the lowered voice. */
  | { readonly kind: 'ducked'; readonly reply: ReplyId; readonly afterOnsetMs: number }
  | { readonly kind: 'resumed'; readonly reply: ReplyId }
  /** An overlap was ruled on. `afterOnsetMs`: from the arrival of the caller's first sample to the ruling. */
  | {
      readonly kind: 'judged'
      readonly reply: ReplyId
      readonly ruling: Ruling['ruling']
      readonly afterOnsetMs: number
      readonly reasons: readonly Reason[]
    }
  | { readonly kind: 'dtmf'; readonly digit: string }
  /** The agent filled the wait for its answer. */
  | { readonly kind: 'filler'; readonly reply: ReplyId; readonly text: string }
  /** The floor waited for nothing and was set going again. */
  | { readonly kind: 'recovered'; readonly floor: Floor; readonly stuckMs: number }
  /** Durable. */
  | {
      readonly kind: 'ledger'
      readonly turn: TurnId
      readonly reply: ReplyId
      readonly ledger: LatencyLedger
    }
  | { readonly kind: 'note'; readonly data: Json }
  /** The agent has the phone call do something; of no meaning where there is none. */
  | { readonly kind: 'call-ordered'; readonly order: CallOrder }
  | { readonly kind: 'warning'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'session-ended'; readonly reason: CloseReason }
)

/** The events that are stored before they are announced. */
export type DurableEvent = Extract<SessionEvent, { kind: 'transcript-final' | 'reply-ended' | 'ledger' }>

export function isDurable(event: SessionEvent): event is DurableEvent {
  return event.kind === 'transcript-final' || event.kind === 'reply-ended' || event.kind === 'ledger'
}

/** Where durable events are kept; resolves once they would survive the death of the process. */
export interface Journal {
  write(session: SessionId, event: DurableEvent): Promise<void>
}
