/** Ticks and units of the melody's picture; scales are shared. */
import { multiples } from '../ui/axis.js'

export { scaleOf, ticksOf } from '../ui/axis.js'

/** Ticks of a time axis, ms, on whole seconds where they are at least a second apart. */
export function timeTicksOf(fromMs: number, untilMs: number, most: number): number[] {
  const steps = [200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000]
  const step = steps.find(each => (untilMs - fromMs) / each <= most) ?? 60_000
  return multiples(step, fromMs, untilMs)
}

/** `0:12`, with tenths behind `mark` where ticks are closer than a second. */
export function clockText(ms: number, decimals: 0 | 1 = 0, mark = '.'): string {
  const unit = 10 ** decimals
  const parts = Math.round((ms / 1000) * unit)
  const minutes = Math.floor(parts / (60 * unit))
  const seconds = ((parts - minutes * 60 * unit) / unit).toFixed(decimals)
  return `${minutes}:${seconds.padStart(decimals === 0 ? 2 : 4, '0').replace('.', mark)}`
}

export function semitonesBetween(hz: number, referenceHz: number): number {
  return 12 * Math.log2(hz / referenceHz)
}
