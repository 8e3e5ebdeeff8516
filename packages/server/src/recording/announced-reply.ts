/** A reply with the announcement in front of it, or the question behind it, and where that stands in its sound. */

import {
  type BargeIn,
  type Clock,
  type EngineLink,
  ParleyError,
  type ReplyPart,
  type Turn,
} from '@parley/core'
import { moved, spaced } from './replies-in-replies.js'

/** Where the announcement stands in a reply's sound, ms. */
export interface Place {
  fromMs: number
  toMs: number
  /** It was not said to its end, whatever was heard. */
  isUnsaid?: boolean
}

export interface Making {
  readonly link: EngineLink
  readonly say: NonNullable<EngineLink['say']>
  readonly turn: Turn
  readonly signal: AbortSignal
  readonly clock: Clock
  warn(error: ParleyError): void
}

export interface AnnouncedReply {
  readonly text: string
  readonly place: Place
  /** Who may interrupt what comes behind the announcement. */
  readonly bargeIn: BargeIn
  /** The announcement could not be said. */
  unsaid(): void
}

/** The announcement, then the reply. */
export async function* announceFirst(making: Making, told: AnnouncedReply): AsyncGenerator<ReplyPart> {
  yield { kind: 'barge-in', allow: 'none' }
  let words = false
  for await (const part of telling(making, told)) {
    if (part.kind === 'words') words = true
    yield part
  }
  yield { kind: 'barge-in', allow: told.bargeIn }
  if (making.signal.aborted) return
  const rest = making.link.reply(making.turn, making.signal)
  for await (const part of words ? spaced(rest) : rest) yield moved(part, told.place.toMs)
}

/** The reply, then the question: what is said next answers it. */
export async function* askLast(making: Making, told: AnnouncedReply): AsyncGenerator<ReplyPart> {
  const { place } = told
  let words = false
  for await (const part of making.link.reply(making.turn, making.signal)) {
    if (part.kind === 'audio') place.fromMs += (part.samples.length * 1000) / part.rate
    if (part.kind === 'words') words = true
    yield part
  }
  if (making.signal.aborted) return
  const question = telling(making, told)
  yield* words ? spaced(question) : question
}

/** What cannot be said is no reason to leave the caller without an answer. */
async function* telling(making: Making, { text, place, unsaid }: AnnouncedReply): AsyncGenerator<ReplyPart> {
  place.toMs = place.fromMs
  try {
    for await (const part of making.say(text, making.signal, making.turn.account)) {
      if (part.kind === 'audio') place.toMs += (part.samples.length * 1000) / part.rate
      yield moved(part, place.fromMs)
    }
  } catch (thrown) {
    if (making.signal.aborted) throw thrown
    making.warn(ParleyError.from(thrown, 'voice_failed'))
    place.isUnsaid = true
    unsaid()
  }
}
