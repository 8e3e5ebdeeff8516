/** Which stretch of time the picture shows: following the present, or standing where the reader went. Pure. */
import type { Window } from './layout.js'

export interface ChartWindow {
  readonly spanMs: number
  /** The right edge, ms; undefined while it follows the present. */
  readonly stoppedAtMs: number | undefined
}

export interface Extent {
  readonly beginMs: number
  readonly nowMs: number
}

export const SPAN_MS = { least: 5_000, most: 60_000, step: 5_000 } as const

export const firstWindow: ChartWindow = { spanMs: 15_000, stoppedAtMs: undefined }

/** At the beginning the picture fills from the left. */
export function windowOf({ spanMs, stoppedAtMs }: ChartWindow, { beginMs, nowMs }: Extent): Window {
  const end = stoppedAtMs ?? nowMs
  const untilMs = Math.max(end, beginMs + spanMs)
  return { fromMs: untilMs - spanMs, untilMs }
}

export function zoomed(window: ChartWindow, spanMs: number): ChartWindow {
  return { ...window, spanMs: Math.min(SPAN_MS.most, Math.max(SPAN_MS.least, spanMs)) }
}

/** Later if above 0; at the present it follows again. */
export function scrolled(window: ChartWindow, byMs: number, extent: Extent): ChartWindow {
  return placedAt(window, (window.stoppedAtMs ?? extent.nowMs) + byMs, extent)
}

export function placedAt(window: ChartWindow, atMs: number, { beginMs, nowMs }: Extent): ChartWindow {
  const earliest = Math.min(nowMs, beginMs + window.spanMs)
  if (atMs >= nowMs) return { ...window, stoppedAtMs: undefined }
  return { ...window, stoppedAtMs: Math.max(earliest, atMs) }
}

export function stopped(window: ChartWindow, atMs: number | undefined): ChartWindow {
  return { ...window, stoppedAtMs: atMs }
}
