/**
 * How both sides of a conversation speak, on one axis of time, folded from what the gateway tells and what this page
 * heard. Pure: the same messages give the same view. Bounded: the oldest goes first.
 *
 * The caller's sound stands where it was spoken. The agent's is told before it is heard: it waits, and stands where it
 * was heard, by the account of this page's player (`heard`), or where there is none by the gateway's estimate (`clock`).
 */
import type { SideMessage } from '@parley/protocol'
import { withCleared, withEnd, withHeard, withTime, withWaiting } from './agent-voice.js'
import { append, momentOf } from './track.js'
import { closed, closeSpan, withMark, withSpan } from './view-spans.js'
import { emptyView, type ProsodyInput, type ProsodyView } from './view-types.js'

export * from './view-types.js'

const MOST_UTTERANCES = 200

/** The view after `input`; the same object where nothing that is shown changed. */
export function foldProsody(view: ProsodyView, input: ProsodyInput): ProsodyView {
  switch (input.type) {
    case 'begin':
      return { ...emptyView, agentBy: input.agentBy }
    case 'prosody':
      return input.side === 'user' ? withUser(view, input) : withWaiting(view, input)
    case 'utterance':
      return withUtterance(view, input)
    case 'heard':
      return view.agentBy === 'player' ? withHeard(view, input) : view
    case 'clock':
      return view.agentBy === 'estimate' ? withTime(view, input.atMs) : view
    case 'cleared':
      return withCleared(view, input)
    case 'speech-started':
      return withSpan(view, { side: 'user', id: input.turn, fromMs: input.atMs, untilMs: undefined })
    case 'speech-ended':
      return closeSpan(view, input.turn, input.atMs)
    case 'ducked':
      return withMark(view, { kind: 'duck', atMs: input.atMs, reply: input.reply })
    case 'resumed':
      return withMark(view, { kind: 'resume', atMs: input.atMs, reply: input.reply })
    case 'judged': {
      const { ruling, atMs, reply, reasons } = input
      return withMark(view, { kind: ruling, atMs, reply, reasons })
    }
    case 'reply-ended':
      return withEnd(view, input)
    case 'session-ended':
      return { ...view, waiting: [], spans: view.spans.map(span => closed(span, input.atMs)) }
    case 'visemes':
      return view
    default:
      return input satisfies never
  }
}

/** Where the axis ends: the last that is known. */
export function endOf({ user, agent, spans, marks }: ProsodyView): number {
  const last = [user, agent].map(({ chunks }) => chunks.at(-1)?.at(-1)?.atMs ?? 0)
  const span = spans.at(-1)
  return Math.max(...last, span?.untilMs ?? span?.fromMs ?? 0, marks.at(-1)?.atMs ?? 0)
}

/** Where it begins. */
export function beginOf({ user, agent }: ProsodyView): number {
  const first = [user, agent].map(({ chunks }) => chunks[0]?.[0]?.atMs ?? Number.POSITIVE_INFINITY)
  const earliest = Math.min(...first)
  return Number.isFinite(earliest) ? earliest : 0
}

type UserProsody = Extract<SideMessage, { type: 'prosody'; side: 'user' }>

function withUser(view: ProsodyView, { heardAtMs, frames }: UserProsody): ProsodyView {
  const userShiftMs = heardAtMs - (frames[0]?.atMs ?? 0)
  const moments = frames.map(frame => momentOf(frame, frame.atMs + userShiftMs))
  return { ...view, userShiftMs, user: append(view.user, moments) }
}

function withUtterance(view: ProsodyView, input: Extract<SideMessage, { type: 'utterance' }>): ProsodyView {
  const { side, utterance, reply } = input
  const shiftMs =
    side === 'user' ? view.userShiftMs : (view.replies.find(each => each.reply === reply)?.shiftMs ?? 0)
  const number = view.told + 1
  const spoken = {
    side,
    number,
    fromMs: utterance.fromMs + shiftMs,
    untilMs: utterance.untilMs + shiftMs,
    utterance,
  }
  return { ...view, told: number, utterances: [...view.utterances, spoken].slice(-MOST_UTTERANCES) }
}
