/** A track in columns of pixels, and what is drawn of them: curves, bars of loudness, runs of voice. */
import { scaleOf } from './axis.js'
import type { Box } from './layout-boxes.js'
import { eachBetween, type Moment, type Track } from './track.js'

export interface Window {
  readonly fromMs: number
  readonly untilMs: number
}

/** Quieter than this is no bar, LUFS. */
const QUIETEST = -60
const LOUDEST = -6
/** A longer step within a curve is no glide of a voice, semitones. */
const LONGEST_STEP = 7
/** A gap in frames breaks a curve, ms. */
export const LONGEST_GAP_MS = 140

/** What falls into one column of pixels. */
export interface Column {
  x: number
  lastMs: number
  /** Mean of the logarithms of its voiced frames; 0 where none is. */
  octaves: number
  voiced: number
  loudness: number
}

export function columnsOf(track: Track, window: Window, x: (atMs: number) => number): readonly Column[] {
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

export function curvesOf(
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

export function barsOf(columns: readonly Column[], tall: number): readonly number[] {
  const heightOf = scaleOf(QUIETEST, LOUDEST, 0, tall)
  return columns.flatMap(({ x, loudness }) => [x, Math.min(tall, Math.max(0, heightOf(loudness)))])
}

export function voicedOf(columns: readonly Column[], gapMs: number): Pick<Box, 'x' | 'width'>[] {
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
