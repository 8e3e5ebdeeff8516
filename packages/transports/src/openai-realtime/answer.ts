/** One response that writes to the conversation: what is known of it until all of it can be told. */
import type { Cancel, ToolCall, Wishes } from '@parley/core'
import type { Made } from './early-replies.js'
import type { ReplyRecord } from './reply-records.js'
import { type CancelReason, failureOf, type ResponseEnding, type ResponseWriter } from './response-writer.js'

/** Calls of one reply; the session takes no more. */
const MOST_CALLS = 64

export interface Answer {
  readonly writer: ResponseWriter
  readonly isSpoken: boolean
  /** Undefined while it waits for its reply. */
  record: ReplyRecord | undefined
  /** What it was asked for with; undefined for an answer the session gives of itself. */
  readonly wishes: Wishes | undefined
  readonly calls: ToolCall[]
  made: Made | undefined
  isSent: boolean
  stopWaiting: Cancel
  readonly aside?: AsideAnswer
}

/** An answer that is written from aside: its words and sound, and how it is ended. */
export interface AsideAnswer {
  readonly record: ReplyRecord
  abort(reason: CancelReason): void
}

export function newAnswer(
  writer: ResponseWriter,
  rest: Pick<Answer, 'isSpoken' | 'wishes' | 'aside'>,
): Answer {
  const fresh = { record: undefined, calls: [], made: undefined, isSent: false, stopWaiting: () => {} }
  return { writer, ...fresh, ...rest }
}

export function addCall(calls: ToolCall[], call: ToolCall): void {
  if (calls.length < MOST_CALLS) calls.push(call)
}

/** How it ends, once all of it was made and sent. */
export function endingOf({ made, isSent }: Answer): ResponseEnding | undefined {
  if (made === undefined || !isSent) return undefined
  return made.error === undefined ? { status: 'completed' } : failureOf(made.error)
}

/** Its `done` events; the calls of one that was broken off are not told. */
export function finishAnswer({ writer, calls, made, stopWaiting }: Answer, ending: ResponseEnding): void {
  stopWaiting()
  if (ending.status === 'completed') for (const call of calls) writer.call(call)
  writer.finish(ending, made ?? { inputTokens: 0, outputTokens: 0 })
}

export function cancelled(reason: CancelReason): ResponseEnding {
  return { status: 'cancelled', reason }
}
