/** Scales and ticks of a picture. */

/** Round steps from 1, 2 or 5 so that at most `most` lie between, both ends included where they are round. */
export function ticksOf(from: number, until: number, most: number): number[] {
  const span = until - from
  if (!(span > 0) || most < 1) return []
  const rough = span / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10)
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(until / step + 1e-9) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Steps of a time axis, ms: of seconds below a minute, then of minutes. */
export function timeTicksOf(durationMs: number, most: number): number[] {
  const steps = [100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1800e3, 3600e3]
  const step = steps.find(each => durationMs / each <= most) ?? Math.ceil(durationMs / most / 3600e3) * 3600e3
  return Array.from({ length: Math.floor(durationMs / step) + 1 }, (_, i) => i * step)
}

/** `12 s`, `0.5 s`, `3:30`. */
export function timeText(ms: number, durationMs: number): string {
  if (durationMs < 60_000) return `${Number((ms / 1000).toFixed(1))} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** A linear scale. */
export function scaleOf(from: number, until: number, low: number, high: number): (value: number) => number {
  const slope = until === from ? 0 : (high - low) / (until - from)
  return value => low + (value - from) * slope
}

/** Semitones of one pitch above another. */
export function semitonesBetween(hz: number, referenceHz: number): number {
  return 12 * Math.log2(hz / referenceHz)
}

/** A range of pitch that holds a voice with room around it, Hz: at least an octave, within 50–650. */
export function pitchRange(lowHz: number, highHz: number): readonly [number, number] {
  const middle = Math.log2(Math.sqrt(lowHz * highHz))
  const half = Math.max(0.5, Math.log2(highHz / lowHz) / 2 + 0.15)
  return [Math.max(50, 2 ** (middle - half)), Math.min(650, 2 ** (middle + half))]
}
