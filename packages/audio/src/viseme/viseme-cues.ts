/** What is done with rows of cues, wherever they came from. All of them keep order and never make an overlap. */
import type { VisemeCue } from './viseme.js'

/** Shorter than this nobody sees, and a rounding of times may make it, ms. */
const LEAST_MS = 1
/** A gap that is no rest of the mouth, ms: the next shape begins with it, as lips do. */
const LEAST_REST_MS = 50

/**
 * The cues as a row that keeps the rules: in order, without overlap, neighbours of one shape joined, longer gaps filled
 * with `sil`. A cue that begins before another has ended begins where that one ends; what is left of no length is dropped,
 * and so is what has no finite time.
 */
export function joinedCues(cues: readonly VisemeCue[]): VisemeCue[] {
  const row: VisemeCue[] = []
  for (const { viseme, startMs, endMs } of cues) {
    if (!Number.isFinite(startMs) || !Number.isFinite(endMs)) continue
    const last = row.at(-1)
    let fromMs = Math.max(0, startMs, last?.endMs ?? 0)
    if (endMs - fromMs < LEAST_MS) continue
    if (last !== undefined && fromMs > last.endMs) {
      if (fromMs - last.endMs < LEAST_REST_MS) fromMs = last.endMs
      else add(row, { viseme: 'sil', startMs: last.endMs, endMs: fromMs })
    }
    add(row, { viseme, startMs: fromMs, endMs })
  }
  return row
}

function add(row: VisemeCue[], cue: VisemeCue): void {
  const last = row.at(-1)
  if (last !== undefined && last.viseme === cue.viseme && last.endMs === cue.startMs)
    row[row.length - 1] = { viseme: cue.viseme, startMs: last.startMs, endMs: cue.endMs }
  else row.push(cue)
}

/** The same shapes, later by `byMs`. */
export function movedCues(cues: readonly VisemeCue[], byMs: number): readonly VisemeCue[] {
  if (byMs === 0) return cues
  return cues.map(({ viseme, startMs, endMs }) => ({ viseme, startMs: startMs + byMs, endMs: endMs + byMs }))
}

/** What of them lies between two places of the sound; a cue that crosses one of them is cut there. */
export function cutCues(cues: readonly VisemeCue[], fromMs: number, untilMs: number): VisemeCue[] {
  const within: VisemeCue[] = []
  for (const { viseme, startMs, endMs } of cues) {
    const start = Math.max(fromMs, startMs)
    const end = Math.min(untilMs, endMs)
    if (end > start) within.push({ viseme, startMs: start, endMs: end })
  }
  return within
}
