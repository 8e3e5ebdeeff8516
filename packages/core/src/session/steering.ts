/**
 * What a far end may do that steers the conversation itself, instead of only talking in it: an OpenAI Realtime client
 * decides when a turn is answered, what the history holds and which tools there are. Everything passes through the
 * session's one door, in order, and is written to its log.
 */

import type { ReplyPart } from '../engine.js'
import type { TurnPolicy } from '../floor/policy.js'
import type { ReplyId, TurnId } from '../ids.js'
import type { ToolCall } from '../providers/tool.js'
import type { HistoryEntry } from '../turn/history.js'
import type { Wishes } from '../turn/wishes.js'

export interface Steering {
  /** How the conversation is held from now on, whole. */
  configure(steer: Steer): void
  /**
   * Answers now: the last committed turn, if it has no answer yet and nothing was remembered since, else what stands in
   * the history. `wishes` count for this answer alone, in the place of the conversation's. Nobody is talked over: while
   * the caller speaks, the turn under way is answered once it is over; behind an answer whose sound is still heard it
   * comes when that is done (an interruption calls it off). Does nothing while an answer is still being made.
   */
  answer(wishes?: Wishes): void
  /** An answer that was asked for and has not begun is not wanted any more. */
  callOff(): void
  /** The sound since the last turn was committed belongs to no turn (`turnsEnd: 'told'`). */
  forgetSound(): void
  /**
   * Puts an entry into the history: last (before the turn that the caller is still in), or behind another (behind the
   * answers to it, too, if that is a turn), or first (`null`). What a tool gave joins the call, be it a reply's or put in;
   * of a call nobody knows it stands alone. Over a million characters of history the oldest is let go.
   */
  remember(entry: GivenEntry, behind?: TurnId | null): void
  /** Takes what was said in a turn, or in a reply, or a call with what it gave, out of the history. */
  forget(what: Forgotten): void
  /** Corrects what was heard of a reply that is over: the far end played only `ms` of it. */
  amend(reply: ReplyId, heard: { readonly ms: number; readonly text: string }): void
  /**
   * Answers beside the conversation: not heard by its floor, kept in no history, eight at once.
   * @throws `overloaded` (when it is iterated) beyond that, and what the engine throws. Ends with the session.
   */
  aside(ask: Aside, signal: AbortSignal): AsyncIterable<ReplyPart>
}

/** `call` is the id of the call; a `turn` may be what a tool gave: then the call stays, without it. */
export type Forgotten = { readonly turn: TurnId } | { readonly reply: ReplyId } | { readonly call: string }

export interface Steer {
  /** How turns are taken; what is absent stays as the agent has it. */
  readonly turns: TurnChange
  /** Who ends the caller's turns: who hears them, or only the far end's own word (`Inbox.commit`). */
  readonly turnsEnd: 'heard' | 'told'
  /** Whether a committed turn is answered at once, or only on `answer`. */
  readonly answers: 'itself' | 'asked'
  /** Whether what is said over a reply that nobody may interrupt is a turn all the same, answered by nobody. */
  readonly overheard: 'dropped' | 'kept'
  /** Of all answers from now on. */
  readonly wishes: Wishes
}

/** As a session without steering is held. */
export const unsteered: Steer = {
  turns: {},
  turnsEnd: 'heard',
  answers: 'itself',
  overheard: 'dropped',
  wishes: {},
}

export interface TurnChange {
  readonly endpoint?: Partial<TurnPolicy['endpoint']>
  readonly bargeIn?: TurnPolicy['bargeIn']
  readonly judge?: Partial<TurnPolicy['judge']>
  readonly speculation?: Partial<TurnPolicy['speculation']>
}

/** `id` is the far end's own name, unique in the conversation. */
export type GivenEntry =
  | { readonly kind: 'user' | 'agent' | 'system'; readonly id: TurnId; readonly text: string }
  /** A call of a conversation that is gone on with; it stands there once its result does. */
  | { readonly kind: 'tool-call'; readonly id: TurnId; readonly call: ToolCall }
  /** What a tool of the far end's gave; `call` is the id of the call. */
  | { readonly kind: 'tool-result'; readonly id: TurnId; readonly call: string; readonly text: string }

export interface Aside {
  /** In the place of the history; the conversation's own without. */
  readonly history?: readonly HistoryEntry[]
  readonly wishes: Wishes
}

/** Steers nothing: for inboxes without a session behind them. */
export const noSteering: Steering = {
  configure() {},
  answer() {},
  callOff() {},
  forgetSound() {},
  remember() {},
  forget() {},
  amend() {},
  async *aside() {},
}
