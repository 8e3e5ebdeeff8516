/**
 * The agent's side of a view: told before it is heard, it waits, stands where it was heard, and ends where its sound did.
 */
import type { ServerMessageOf, SideMessage } from '@parley/protocol'
import { append, cutEnd, type Moment, momentOf } from './track.js'
import { withMark, withSpan } from './view-spans.js'
import type { ProsodyView, ReplyPlace, WaitingMoment } from './view-types.js'

const MOST_WAITING = 4_000
const MOST_REPLIES = 12
/** Sound that follows sound of the same reply within this time belongs to one span. */
const SPAN_GAP_MS = 400

type AgentProsody = Extract<SideMessage, { type: 'prosody'; side: 'agent' }>

export function withWaiting(view: ProsodyView, { reply, heardAtMs, frames }: AgentProsody): ProsodyView {
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
export function withHeard(
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

export function withTime(view: ProsodyView, atMs: number): ProsodyView {
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

export function withCleared(
  view: ProsodyView,
  { reply, heardMs }: { reply: string; heardMs: number },
): ProsodyView {
  const waiting = view.waiting.filter(each => each.reply !== reply || each.placeMs <= heardMs)
  const beyond = (moment: Moment) => moment.reply === reply && (moment.placeMs ?? 0) > heardMs
  // The player's own account of what was heard is better than the gateway's.
  const agent = view.agentBy === 'estimate' ? cutEnd(view.agent, beyond) : view.agent
  return { ...view, waiting, agent }
}

export function withEnd(
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

function withReply(replies: readonly ReplyPlace[], place: ReplyPlace): readonly ReplyPlace[] {
  return [...replies.filter(({ reply }) => reply !== place.reply), place].slice(-MOST_REPLIES)
}
