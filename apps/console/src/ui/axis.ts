/** Scales and ticks of pictures. */

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

/** Multiples of a step from `from` to `until`, without the dust of their sums. */
export function multiples(step: number, from: number, until: number): number[] {
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(until / step + 1e-9) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
