/**
 * From a view to what is drawn, in CSS pixels: pure, so that it is tested without a canvas. However much time is shown,
 * a curve has no more points than the picture has columns.
 */
import { clockText, scaleOf, semitonesBetween, ticksOf, timeTicksOf } from './axis.js'
import type { Mark, ProsodyView, Side, Span } from './prosody-view.js'
import { eachBetween, type Moment, medianHz, type Track } from './track.js'

export type PitchUnit = 'semitones' | 'hz'

export interface Window {
  readonly fromMs: number
  readonly untilMs: number
}

export interface LayoutOptions extends Window {
  readonly width: number
  readonly height: number
  readonly unit: PitchUnit
  /** Whose voice there is room for. */
  readonly sides: readonly Side[]
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly pitch: Box
  readonly loudness: Box
  /** Where the bars of loudness stand: the caller's upwards, the agent's down. */
  readonly barsAt: number
  /** One lane a side, for who speaks. */
  readonly lanes: Readonly<Record<Side, Box>>
  readonly timeTicks: readonly { readonly x: number; readonly text: string }[]
  readonly pitchTicks: readonly { readonly y: number; readonly text: string; readonly strong: boolean }[]
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

const LEFT = 34
const RIGHT = 8
const TOP = 6
const AXIS = 18
const GAP = 6
const LANE = 11
const LOUDNESS_SHARE = 0.24
/** Quieter than this is no bar, LUFS. */
const QUIETEST = -60
const LOUDEST = -6
/** Semitones that are always shown around the median. */
const LEAST_SEMITONES = 8
/** A longer step within a curve is no glide of a voice, semitones. */
const LONGEST_STEP = 7
/** A gap in frames breaks a curve, ms. */
const LONGEST_GAP_MS = 140
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
      text: clockText(Math.max(0, ms), decimals),
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

function bySide<Value>(of: (side: Side) => Value): Readonly<Record<Side, Value>> {
  return { user: of('user'), agent: of('agent') }
}

type Boxes = Pick<Layout, 'pitch' | 'loudness' | 'lanes' | 'barsAt'>

function boxesOf(width: number, height: number, shown: readonly Side[]): Boxes {
  const across = { x: LEFT, width: Math.max(1, width - LEFT - RIGHT) }
  const inner = Math.max(1, height - TOP - AXIS - shown.length * LANE - 3 * GAP)
  const loudnessHeight = inner * LOUDNESS_SHARE
  const pitchHeight = inner - loudnessHeight
  const lanesAt = TOP + pitchHeight + GAP
  const loudnessAt = lanesAt + shown.length * LANE + 2 * GAP
  const both = shown.length > 1
  const lane = (side: Side) => ({
    ...across,
    y: lanesAt + (both && side === 'agent' ? LANE + 2 : 0),
    height: shown.includes(side) ? LANE : 0,
  })
  return {
    pitch: { ...across, y: TOP, height: pitchHeight },
    lanes: bySide(lane),
    loudness: { ...across, y: loudnessAt, height: loudnessHeight },
    barsAt: loudnessAt + (both ? loudnessHeight / 2 : loudnessHeight),
  }
}

/** What falls into one column of pixels. */
interface Column {
  x: number
  lastMs: number
  /** Mean of the logarithms of its voiced frames; 0 where none is. */
  octaves: number
  voiced: number
  loudness: number
}

function columnsOf(track: Track, window: Window, x: (atMs: number) => number): readonly Column[] {
  const columns: Column[] = []
  let column: Column | undefined
  eachBetween(track, window, (moment: Moment) => {
    const at = x(moment.atMs)
    if (column === undefined || at - column.x >= 1) {
      column = { x: at, lastMs: moment.atMs, octaves: 0, voiced: 0, loudness: moment.loudness }
      columns.push(column)
    }
    column.lastMs = moment.atMs
    column.loudness = Math.max(column.loudness, moment.loudness)
    if (moment.pitchHz <= 0) return
    column.octaves = (column.octaves * column.voiced + Math.log2(moment.pitchHz)) / (column.voiced + 1)
    column.voiced++
  })
  return columns
}

interface PitchAxis {
  readonly ticks: Layout['pitchTicks']
  readonly y: (hz: number, side: Side) => number
}

function pitchAxis(
  unit: PitchUnit,
  course: Readonly<Record<Side, readonly Column[]>>,
  medians: Readonly<Record<Side, number | undefined>>,
  { y: top, height }: Box,
): PitchAxis {
  const shown = sides.flatMap(side =>
    course[side].filter(({ voiced }) => voiced > 0).map(({ octaves }) => heightOf(2 ** octaves, side)),
  )
  function heightOf(hz: number, side: Side): number {
    return unit === 'hz' ? Math.log2(hz) : semitonesBetween(hz, medians[side] ?? hz)
  }
  const [low, high] = unit === 'hz' ? hzRange(shown) : semitoneRange(shown)
  const y = scaleOf(low, high, top + height, top)
  const within = (value: number) => Math.min(top + height, Math.max(top, y(value)))
  const most = Math.max(2, Math.floor(height / 20))
  const ticks =
    unit === 'hz'
      ? ticksOf(2 ** low, 2 ** high, most).map(hz => ({
          y: y(Math.log2(hz)),
          text: String(hz),
          strong: false,
        }))
      : ticksOf(low, high, most).map(tick => ({ y: y(tick), text: signed(tick), strong: tick === 0 }))
  return { ticks, y: (hz, side) => within(heightOf(hz, side)) }
}

/** In whole steps, so that the axis does not move with every frame; strays do not shrink the rest. */
function semitoneRange(values: readonly number[]): readonly [number, number] {
  const [low, high] = spread(values, 0, 0)
  return [
    -Math.min(24, Math.max(LEAST_SEMITONES, 4 * Math.ceil((-low + 1) / 4))),
    Math.min(24, Math.max(LEAST_SEMITONES, 4 * Math.ceil((high + 1) / 4))),
  ]
}

function hzRange(values: readonly number[]): readonly [number, number] {
  const [low, high] = spread(values, Math.log2(90), Math.log2(260))
  const steps = 3
  return [Math.floor((low - 0.1) * steps) / steps, Math.ceil((high + 0.1) * steps) / steps]
}

function spread(values: readonly number[], low: number, high: number): readonly [number, number] {
  if (values.length === 0) return [low, high]
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number
  return [Math.min(low, at(0.02)), Math.max(high, at(0.98))]
}

function curvesOf(
  columns: readonly Column[],
  gapMs: number,
  y: (hz: number) => number,
): readonly (readonly number[])[] {
  const curves: number[][] = []
  let curve: number[] | undefined
  let last: Column | undefined
  for (const column of columns) {
    if (column.voiced === 0) {
      curve = undefined
      last = column
      continue
    }
    const glides =
      last !== undefined &&
      12 * Math.abs(column.octaves - last.octaves) <= LONGEST_STEP &&
      column.lastMs - last.lastMs <= gapMs
    if (curve === undefined || !glides) {
      curve = []
      curves.push(curve)
    }
    curve.push(column.x, y(2 ** column.octaves))
    last = column
  }
  return curves
}

function barsOf(columns: readonly Column[], tall: number): readonly number[] {
  const heightOf = scaleOf(QUIETEST, LOUDEST, 0, tall)
  return columns.flatMap(({ x, loudness }) => [x, Math.min(tall, Math.max(0, heightOf(loudness)))])
}

function voicedOf(columns: readonly Column[], gapMs: number): Pick<Box, 'x' | 'width'>[] {
  const runs: { x: number; width: number; lastMs: number }[] = []
  for (const [i, { x, voiced, lastMs }] of columns.entries()) {
    if (voiced === 0) continue
    const run = runs.at(-1)
    const width = Math.max(1, (columns[i + 1]?.x ?? x + 2) - x)
    if (run && x - (run.x + run.width) < 1 && lastMs - run.lastMs <= gapMs) {
      run.width = x + Math.min(width, 6) - run.x
      run.lastMs = lastMs
    } else runs.push({ x, width: Math.min(width, 6), lastMs })
  }
  return runs.map(({ x, width }) => ({ x, width }))
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

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace('-', '−')
}
