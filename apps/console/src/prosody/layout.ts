/**
 * From a view to what is drawn, in CSS pixels: pure, so that it is tested without a canvas. However much time is shown,
 * a curve has no more points than the picture has columns.
 */
import { clockText, scaleOf, timeTicksOf } from './axis.js'
import { barsOf, columnsOf, curvesOf, LONGEST_GAP_MS, voicedOf, type Window } from './columns.js'
import { type Box, type Boxes, boxesOf, bySide } from './layout-boxes.js'
import { type PitchAxis, type PitchUnit, pitchAxis } from './pitch-axis.js'
import type { Mark, ProsodyView, Side, Span } from './prosody-view.js'
import { medianHz } from './track.js'

export type { PitchUnit, Window }

export interface LayoutOptions extends Window {
  readonly width: number
  readonly height: number
  readonly unit: PitchUnit
  /** What stands before tenths of a second. Default: a point. */
  readonly decimalMark?: string
  /** Whose voice there is room for. */
  readonly sides: readonly Side[]
}

export interface Layout extends Boxes {
  readonly timeTicks: readonly { readonly x: number; readonly text: string }[]
  readonly pitchTicks: PitchAxis['ticks']
  /** Curves that are not interrupted: x, y, x, y … */
  readonly curves: Readonly<Record<Side, readonly (readonly number[])[]>>
  /** The agent's hang from the middle, the caller's stand on it: x, height in pixels. */
  readonly bars: Readonly<Record<Side, readonly number[]>>
  readonly turns: readonly { readonly side: Side; readonly x: number; readonly width: number }[]
  /** Where there was a voice, in the lanes. */
  readonly voiced: readonly { readonly side: Side; readonly x: number; readonly width: number }[]
  readonly marks: readonly { readonly x: number; readonly mark: Mark }[]
  /** What was told of a reply and never heard. */
  readonly unheard: readonly Pick<Box, 'x' | 'width'>[]
}

const MOST_UNHEARD_MS = 3_000

const sides: readonly Side[] = ['user', 'agent']

export function layoutOf(view: ProsodyView, options: LayoutOptions): Layout {
  const { width, height, fromMs, untilMs } = options
  const boxes = boxesOf(width, height, options.sides)
  const x = scaleOf(fromMs, untilMs, boxes.pitch.x, boxes.pitch.x + boxes.pitch.width)
  const medians = { user: medianHz(view.user), agent: medianHz(view.agent) }
  const course = { user: columnsOf(view.user, options, x), agent: columnsOf(view.agent, options, x) }
  const barHeight = options.sides.length > 1 ? boxes.loudness.height / 2 : boxes.loudness.height
  const pitch = pitchAxis(options.unit, course, medians, boxes.pitch)
  const decimals = untilMs - fromMs <= 5_000 ? 1 : 0
  const most = Math.max(2, Math.floor(boxes.pitch.width / 64))
  // A column may stand for more time than a gap has.
  const gapMs = Math.max(LONGEST_GAP_MS, (2.5 * (untilMs - fromMs)) / boxes.pitch.width)
  return {
    ...boxes,
    timeTicks: timeTicksOf(fromMs, untilMs, most).map(ms => ({
      x: x(ms),
      text: clockText(Math.max(0, ms), decimals, options.decimalMark),
    })),
    pitchTicks: pitch.ticks,
    curves: bySide(side => curvesOf(course[side], gapMs, hz => pitch.y(hz, side))),
    bars: bySide(side => barsOf(course[side], barHeight)),
    turns: turnsOf(options.sides.length > 1 ? view.spans : spokenSpans(view), options, x),
    voiced: sides.flatMap(side => voicedOf(course[side], gapMs).map(run => ({ side, ...run }))),
    marks: view.marks
      .filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs)
      .map(mark => ({ x: x(mark.atMs), mark })),
    unheard: unheardOf(view, options, x),
  }
}

/** The moment of the session under a place of the picture. */
export function timeAt(
  px: number,
  { width, height, fromMs, untilMs }: Omit<LayoutOptions, 'unit' | 'sides'>,
): number {
  const { pitch } = boxesOf(width, height, sides)
  return scaleOf(pitch.x, pitch.x + pitch.width, fromMs, untilMs)(px)
}

/** A stream of one voice has no turns; its utterances are what is shaded. */
function spokenSpans({ utterances }: ProsodyView): readonly Span[] {
  return utterances.map(({ side, number, fromMs, untilMs }) => ({
    side,
    id: String(number),
    fromMs,
    untilMs,
  }))
}

function turnsOf(spans: readonly Span[], { fromMs, untilMs }: Window, x: (atMs: number) => number) {
  return spans
    .filter(span => span.fromMs <= untilMs && (span.untilMs ?? untilMs) >= fromMs)
    .map(({ side, fromMs: from, untilMs: until }) => {
      const left = x(Math.max(from, fromMs))
      return { side, x: left, width: Math.max(2, x(Math.min(until ?? untilMs, untilMs)) - left) }
    })
}

/** No longer than until the agent speaks again. */
function unheardOf({ marks, spans }: ProsodyView, { fromMs, untilMs }: Window, x: (atMs: number) => number) {
  return marks.flatMap(({ kind, atMs, unheardMs = 0 }) => {
    if (kind !== 'cut' || unheardMs <= 0) return []
    const next =
      spans.find(span => span.side === 'agent' && span.fromMs > atMs)?.fromMs ?? Number.POSITIVE_INFINITY
    const endMs = Math.min(atMs + Math.min(unheardMs, MOST_UNHEARD_MS), next)
    if (endMs < fromMs || atMs > untilMs) return []
    const left = x(Math.max(fromMs, atMs))
    return [{ x: left, width: Math.max(0, x(Math.min(untilMs, endMs)) - left) }]
  })
}
