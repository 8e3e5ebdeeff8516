/** The part of a conversation that the timeline shows. Pure; every window lies within the conversation. */

export interface ViewWindow {
  readonly fromMs: number
  readonly untilMs: number
}

/** Nothing is seen any better closer up. */
export const CLOSEST_MS = 2_000

export function wholeOf(durationMs: number): ViewWindow {
  return { fromMs: 0, untilMs: Math.max(CLOSEST_MS, durationMs) }
}

export function isWhole({ fromMs, untilMs }: ViewWindow, durationMs: number): boolean {
  return fromMs <= 0 && untilMs >= durationMs
}

/** Closer by `factor` (farther below 1), while the moment `atMs` stays where it is on the screen. */
export function zoomed(
  window: ViewWindow,
  durationMs: number,
  zoom: { atMs: number; factor: number },
): ViewWindow {
  const { fromMs, untilMs } = window
  const span = untilMs - fromMs
  const wanted = Math.min(wholeOf(durationMs).untilMs, Math.max(CLOSEST_MS, span / zoom.factor))
  const share = span === 0 ? 0 : (zoom.atMs - fromMs) / span
  return placed(zoom.atMs - share * wanted, wanted, durationMs)
}

export function moved({ fromMs, untilMs }: ViewWindow, durationMs: number, byMs: number): ViewWindow {
  return placed(fromMs + byMs, untilMs - fromMs, durationMs)
}

/** The window that shows `atMs`: the same where it does, else one that begins a little before. */
export function showing(window: ViewWindow, durationMs: number, atMs: number): ViewWindow {
  const { fromMs, untilMs } = window
  if (atMs >= fromMs && atMs <= untilMs) return window
  return placed(atMs - (untilMs - fromMs) / 10, untilMs - fromMs, durationMs)
}

export function xOf({ fromMs, untilMs }: ViewWindow, width: number, ms: number): number {
  return ((ms - fromMs) / (untilMs - fromMs)) * width
}

export function msAt({ fromMs, untilMs }: ViewWindow, width: number, x: number): number {
  return fromMs + (width === 0 ? 0 : x / width) * (untilMs - fromMs)
}

/** Round times about `leastPx` or more apart. */
export function ticksIn(window: ViewWindow, width: number, leastPx = 72): readonly number[] {
  const { fromMs, untilMs } = window
  const perPx = (untilMs - fromMs) / Math.max(1, width)
  const step = steps.find(each => each / perPx >= leastPx) ?? 3_600_000
  const ticks: number[] = []
  for (let at = Math.ceil(fromMs / step) * step; at <= untilMs; at += step) ticks.push(at)
  return ticks
}

const steps = [
  ...[200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000],
  ...[60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000],
]

function placed(fromMs: number, spanMs: number, durationMs: number): ViewWindow {
  const most = Math.max(0, wholeOf(durationMs).untilMs - spanMs)
  const from = Math.min(most, Math.max(0, fromMs))
  return { fromMs: from, untilMs: from + spanMs }
}
