/**
 * How both sides of a conversation speak, on one axis of time, folded from what the gateway tells and what this page
 * heard. Pure: the same messages give the same view. Bounded: the oldest goes first.
 *
 * The caller's sound stands where it was spoken. The agent's is told before it is heard: it waits, and stands where it
 * was heard, by the account of this page's player (`heard`), or where there is none by the gateway's estimate (`clock`).
 */
import type { Overlap } from '@parley/client'
import type { ServerMessageOf, SideMessage, UtteranceFields } from '@parley/protocol'
import { append, cutEnd, eachBetween, emptyTrack, type Moment, type Track } from './track.js'

export type Side = 'user' | 'agent'

/** Somebody speaks. */
export interface Span {
  readonly side: Side
  /** The turn or the reply. */
  readonly id: string
  readonly fromMs: number
  /** Undefined while it goes on. */
  readonly untilMs: number | undefined
}

/** Something that happened to the floor while the agent spoke. */
export interface Mark {
  readonly kind: 'duck' | 'resume' | 'hold' | 'pass' | 'claim' | 'cut'
  readonly atMs: number
  readonly reply: string
  /** Of a ruling: why. */
  readonly reasons?: Overlap['reasons']
  /** Of `cut`: how much of what was told of the reply was never heard. */
  readonly unheardMs?: number
}

export interface SpokenUtterance {
  readonly side: Side
  readonly number: number
  readonly fromMs: number
  readonly untilMs: number
  readonly utterance: UtteranceFields
}

export interface ProsodyView {
  /** Who tells what of the agent was heard. */
  readonly agentBy: 'player' | 'estimate'
  readonly user: Track
  readonly agent: Track
  /** Of the agent, not heard yet; `atMs` is the estimate. */
  readonly waiting: readonly WaitingMoment[]
  readonly spans: readonly Span[]
  readonly marks: readonly Mark[]
  readonly utterances: readonly SpokenUtterance[]
  /** How many utterances there were. */
  readonly told: number
  /** From places in sound to the axis, ms: the caller's, and those of the last replies. */
  readonly userShiftMs: number
  readonly replies: readonly ReplyPlace[]
}

interface WaitingMoment extends Moment {
  readonly reply: string
  readonly placeMs: number
}

interface ReplyPlace {
  readonly reply: string
  readonly shiftMs: number
  /** The end of what was told of it, and of what was heard. */
  readonly toldMs: number
  readonly heardMs: number
}

export type ProsodyInput =
  /** Another conversation, or another stream. */
  | { readonly type: 'begin'; readonly agentBy: ProsodyView['agentBy'] }
  | SideMessage
  /** So much of a reply was heard at this moment of the session. */
  | { readonly type: 'heard'; readonly reply: string; readonly ms: number; readonly atMs: number }
  /** It is so late in the session. */
  | { readonly type: 'clock'; readonly atMs: number }
  | ServerMessageOf<
      'speech-started' | 'speech-ended' | 'reply-ended' | 'ducked' | 'resumed' | 'judged' | 'session-ended'
    >

export const emptyView: ProsodyView = {
  agentBy: 'estimate',
  user: emptyTrack,
  agent: emptyTrack,
  waiting: [],
  spans: [],
  marks: [],
  utterances: [],
  told: 0,
  userShiftMs: 0,
  replies: [],
}

const MOST_WAITING = 4_000
const MOST_SPANS = 400
const MOST_MARKS = 400
const MOST_UTTERANCES = 200
const MOST_REPLIES = 12
/** Sound that follows sound of the same reply within this time belongs to one span. */
const SPAN_GAP_MS = 400
/** A voice was there at most so long before it was noticed. */
const NOTICED_LATE_MS = 600

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

type ProsodyOf<Who extends Side> = Extract<SideMessage, { type: 'prosody'; side: Who }>

function withUser(view: ProsodyView, { heardAtMs, frames }: ProsodyOf<'user'>): ProsodyView {
  const userShiftMs = heardAtMs - (frames[0]?.atMs ?? 0)
  const moments = frames.map(frame => momentOf(frame, frame.atMs + userShiftMs))
  return { ...view, userShiftMs, user: append(view.user, moments) }
}

function withWaiting(view: ProsodyView, { reply, heardAtMs, frames }: ProsodyOf<'agent'>): ProsodyView {
  const shiftMs = heardAtMs - (frames[0]?.atMs ?? 0)
  const moments = frames.map(frame => ({
    ...momentOf(frame, frame.atMs + shiftMs),
    reply,
    placeMs: frame.atMs,
  }))
  const known = view.replies.find(each => each.reply === reply)
  const toldMs = Math.max(known?.toldMs ?? 0, frames.at(-1)?.atMs ?? 0)
  return {
    ...view,
    waiting: [...view.waiting, ...moments].slice(-MOST_WAITING),
    replies: withReply(view.replies, { reply, shiftMs, heardMs: 0, ...known, toldMs }),
  }
}

/** What was played up to `ms` stands where it was heard. */
function withHeard(
  view: ProsodyView,
  { reply, ms, atMs }: { reply: string; ms: number; atMs: number },
): ProsodyView {
  const shiftMs = atMs - ms
  const heard = view.waiting.filter(each => each.reply === reply && each.placeMs <= ms)
  const known = view.replies.find(each => each.reply === reply)
  if (heard.length === 0) return view
  const replies = known
    ? withReply(view.replies, { ...known, shiftMs, heardMs: Math.max(known.heardMs, ms) })
    : view.replies
  const left = view.waiting.filter(each => each.reply !== reply || each.placeMs > ms)
  return revealed(
    { ...view, waiting: left, replies },
    heard.map(each => ({ ...each, atMs: each.placeMs + shiftMs })),
  )
}

function withTime(view: ProsodyView, atMs: number): ProsodyView {
  const due = view.waiting.filter(each => each.atMs <= atMs)
  if (due.length === 0) return view
  const last = due.at(-1) as WaitingMoment
  const known = view.replies.find(each => each.reply === last.reply)
  const replies = known
    ? withReply(view.replies, { ...known, shiftMs: last.atMs - last.placeMs, heardMs: last.placeMs })
    : view.replies
  return revealed({ ...view, waiting: view.waiting.filter(each => each.atMs > atMs), replies }, due)
}

function revealed(view: ProsodyView, moments: readonly WaitingMoment[]): ProsodyView {
  let next = { ...view, agent: append(view.agent, moments) }
  for (const { reply, atMs } of [moments[0], moments.at(-1)].filter(each => each !== undefined)) {
    next = stretched(next, reply, atMs)
  }
  return next
}

/** The span of a reply reaches to `atMs`; after a pause it is another one. */
function stretched(view: ProsodyView, reply: string, atMs: number): ProsodyView {
  const at = view.spans.findLastIndex(({ side, id }) => side === 'agent' && id === reply)
  const span = view.spans[at]
  if (span && atMs - (span.untilMs ?? span.fromMs) <= SPAN_GAP_MS) {
    return { ...view, spans: view.spans.with(at, { ...span, untilMs: Math.max(atMs, span.untilMs ?? atMs) }) }
  }
  return withSpan(view, { side: 'agent', id: reply, fromMs: atMs, untilMs: atMs })
}

function withCleared(view: ProsodyView, { reply, heardMs }: { reply: string; heardMs: number }): ProsodyView {
  const waiting = view.waiting.filter(each => each.reply !== reply || each.placeMs <= heardMs)
  const beyond = (moment: Moment) => moment.reply === reply && (moment.placeMs ?? 0) > heardMs
  // The player's own account of what was heard is better than the gateway's.
  const agent = view.agentBy === 'estimate' ? cutEnd(view.agent, beyond) : view.agent
  return { ...view, waiting, agent }
}

function withEnd(
  view: ProsodyView,
  { reply, atMs, heard, interrupted }: ServerMessageOf<'reply-ended'>,
): ProsodyView {
  const known = view.replies.find(each => each.reply === reply)
  const waiting = interrupted ? view.waiting.filter(each => each.reply !== reply) : view.waiting
  if (!interrupted || known === undefined) return { ...view, waiting }
  const beyond = (moment: Moment) => moment.reply === reply && (moment.placeMs ?? 0) > heard.ms
  const next = { ...view, waiting, agent: cutEnd(view.agent, beyond) }
  const cutAtMs = Math.min(atMs, known.shiftMs + heard.ms)
  const unheardMs = Math.max(0, known.toldMs - heard.ms)
  return withMark(next, { kind: 'cut', atMs: cutAtMs, reply, unheardMs })
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

function withSpan(view: ProsodyView, span: Span): ProsodyView {
  return { ...view, spans: [...view.spans, span].slice(-MOST_SPANS) }
}

/**
 * The gateway notices a voice a little after it began and ended; by now its frames are there, and the span is drawn in to
 * what was voiced of it.
 */
function closeSpan(view: ProsodyView, id: string, atMs: number): ProsodyView {
  const at = view.spans.findLastIndex(span => span.id === id && span.untilMs === undefined)
  const span = view.spans[at]
  if (span === undefined) return view
  const voiced = { fromMs: span.fromMs, untilMs: Math.max(span.fromMs, atMs), any: false }
  eachBetween(
    view.user,
    { fromMs: span.fromMs - NOTICED_LATE_MS, untilMs: atMs },
    ({ atMs, pitchHz, speaking }) => {
      if ((pitchHz <= 0 && !speaking) || atMs < span.fromMs - NOTICED_LATE_MS) return
      if (!voiced.any) voiced.fromMs = Math.min(voiced.fromMs, atMs)
      voiced.any = true
      if (pitchHz > 0) voiced.untilMs = atMs
    },
  )
  const { fromMs, untilMs } = voiced
  return { ...view, spans: view.spans.with(at, { ...span, fromMs, untilMs: Math.max(fromMs, untilMs) }) }
}

function closed(span: Span, untilMs: number): Span {
  return span.untilMs === undefined ? { ...span, untilMs: Math.max(span.fromMs, untilMs) } : span
}

function withMark(view: ProsodyView, mark: Mark): ProsodyView {
  return { ...view, marks: [...view.marks, mark].slice(-MOST_MARKS) }
}

function withReply(replies: readonly ReplyPlace[], place: ReplyPlace): readonly ReplyPlace[] {
  return [...replies.filter(({ reply }) => reply !== place.reply), place].slice(-MOST_REPLIES)
}

function momentOf(frame: Omit<Moment, 'atMs'>, atMs: number): Moment {
  const { pitchHz, voicing, loudness, speaking, arousal, emotion } = frame
  return { atMs, pitchHz, voicing, loudness, speaking, arousal, emotion }
}
