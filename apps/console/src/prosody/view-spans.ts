/** Turns and what happened to the floor, in a view. */
import { eachBetween } from './track.js'
import type { Mark, ProsodyView, Span } from './view-types.js'

const MOST_SPANS = 400
const MOST_MARKS = 400
/** A voice was there at most so long before it was noticed. */
const NOTICED_LATE_MS = 600

export function withSpan(view: ProsodyView, span: Span): ProsodyView {
  return { ...view, spans: [...view.spans, span].slice(-MOST_SPANS) }
}

/**
 * The gateway notices a voice a little after it began and ended; by now its frames are there, and the span is drawn in to
 * what was voiced of it.
 */
export function closeSpan(view: ProsodyView, id: string, atMs: number): ProsodyView {
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

export function closed(span: Span, untilMs: number): Span {
  return span.untilMs === undefined ? { ...span, untilMs: Math.max(span.fromMs, untilMs) } : span
}

export function withMark(view: ProsodyView, mark: Mark): ProsodyView {
  return { ...view, marks: [...view.marks, mark].slice(-MOST_MARKS) }
}
