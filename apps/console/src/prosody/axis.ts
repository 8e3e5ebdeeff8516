/** Scales and ticks of the picture. */

/** A linear scale. */
export function scaleOf(from: number, until: number, low: number, high: number): (value: number) => number {
  const slope = until === from ? 0 : (high - low) / (until - from)
  return value => low + (value - from) * slope
}

/** Multiples of a round step (1, 2 or 5 times a power of ten) from `from` to `until`, about `most` of them. */
export function ticksOf(from: number, until: number, most: number): number[] {
  const span = until - from
  if (!(span > 0) || most < 1) return []
  const rough = span / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10)
  return multiples(step, from, until)
}

/** Ticks of a time axis, ms, on whole seconds where they are at least a second apart. */
export function timeTicksOf(fromMs: number, untilMs: number, most: number): number[] {
  const steps = [200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000]
  const step = steps.find(each => (untilMs - fromMs) / each <= most) ?? 60_000
  return multiples(step, fromMs, untilMs)
}

/** `0:12`, with tenths where ticks are closer than a second. */
export function clockText(ms: number, decimals: 0 | 1 = 0): string {
  const unit = 10 ** decimals
  const parts = Math.round((ms / 1000) * unit)
  const minutes = Math.floor(parts / (60 * unit))
  const seconds = ((parts - minutes * 60 * unit) / unit).toFixed(decimals)
  return `${minutes}:${seconds.padStart(decimals === 0 ? 2 : 4, '0')}`
}

export function semitonesBetween(hz: number, referenceHz: number): number {
  return 12 * Math.log2(hz / referenceHz)
}

function multiples(step: number, from: number, until: number): number[] {
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(until / step + 1e-9) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
