/** The axis of pitch: semitones from each speaker's median, or Hz, even in semitones either way. */
import { scaleOf, semitonesBetween, ticksOf } from './axis.js'
import type { Column } from './columns.js'
import type { Box } from './layout-boxes.js'
import type { Side } from './prosody-view.js'

export type PitchUnit = 'semitones' | 'hz'

/** Semitones that are always shown around the median. */
const LEAST_SEMITONES = 8

const sides: readonly Side[] = ['user', 'agent']

export interface PitchAxis {
  readonly ticks: readonly { readonly y: number; readonly text: string; readonly strong: boolean }[]
  readonly y: (hz: number, side: Side) => number
}

export function pitchAxis(
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

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace('-', '−')
}
