/** The course of pitch as dots of Braille: as much of a picture as a terminal can hold. */
import { pitchRange, scaleOf, timeText, timeTicksOf } from './axis.js'
import type { Overview } from './overview.js'

export interface ContourOptions {
  readonly overview: Overview
  readonly durationMs: number
  /** Between these lies the pitch, Hz. */
  readonly lowHz: number
  readonly highHz: number
  /** Columns of the terminal. */
  readonly columns: number
  /** Lines of the picture, without the axis of time. */
  readonly lines: number
}

const margin = 8
/** What a voice glides from one moment to the next at the most, octaves. */
const longestStep = 0.5
/** Bits of the dots of a Braille sign (U+2800), by column and line. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

interface Dot {
  readonly column: number
  readonly row: number
  readonly octaves: number
}

/** Lines with the pitch in Hz at the left and the time below; steps in pitch are even in semitones. */
export function contourLines(options: ContourOptions): string[] {
  const { overview, durationMs, columns, lines } = options
  const width = Math.max(10, columns - margin)
  const [lowHz, highHz] = pitchRange(options.lowHz, options.highHz)
  const cells = new Uint8Array(width * lines)
  const x = scaleOf(0, durationMs, 0, width * 2)
  const y = scaleOf(Math.log2(lowHz), Math.log2(highHz), lines * 4 - 1, 0)
  const dot = (column: number, row: number) => {
    if (column < 0 || column >= width * 2) return
    const cell = (row >> 2) * width + (column >> 1)
    cells[cell] = (cells[cell] as number) | (dotBits[column & 1]?.[row & 3] ?? 0)
  }
  let last: Dot | undefined
  for (let i = 0; i < overview.moments; i++) {
    const hz = overview.pitchAt(i)
    if (hz <= 0) {
      last = undefined
      continue
    }
    const octaves = Math.log2(hz)
    const row = Math.min(lines * 4 - 1, Math.max(0, Math.round(y(octaves))))
    const here = { column: Math.floor(x((i + 0.5) * overview.momentMs)), row, octaves }
    const from = last && Math.abs(octaves - last.octaves) < longestStep ? last : here
    const steps = Math.max(1, here.column - from.column, Math.abs(here.row - from.row))
    for (let step = 1; step <= steps; step++) {
      const part = (a: number, b: number) => Math.round(a + ((b - a) * step) / steps)
      dot(part(from.column, here.column), part(from.row, here.row))
    }
    last = here
  }
  return Array.from({ length: lines }, (_, line) => {
    const signs = Array.from(cells.subarray(line * width, (line + 1) * width), dots =>
      String.fromCodePoint(dots === 0 ? 0x20 : 0x2800 + dots),
    )
    return `${label(line, lines, lowHz, highHz).padStart(margin - 2)} │${signs.join('')}`.trimEnd()
  }).concat(timeAxis(durationMs, width))
}

function label(line: number, lines: number, lowHz: number, highHz: number): string {
  if (line === 0) return `${highHz.toFixed(0)} Hz`
  if (line === lines - 1) return `${lowHz.toFixed(0)} Hz`
  return line === Math.floor(lines / 2) ? Math.sqrt(lowHz * highHz).toFixed(0) : ''
}

function timeAxis(durationMs: number, width: number): string[] {
  const x = scaleOf(0, durationMs, 0, width)
  const base = new Array<string>(width).fill('─')
  let texts = ''
  for (const ms of timeTicksOf(durationMs, Math.max(1, Math.floor(width / 12)))) {
    const at = Math.min(width - 1, Math.round(x(ms)))
    base[at] = '┴'
    const text = timeText(ms, durationMs)
    if (at + text.length <= width && at >= texts.length) texts = texts.padEnd(at) + text
  }
  return [`${' '.repeat(margin - 1)}└${base.join('')}`, `${' '.repeat(margin)}${texts}`.trimEnd()]
}
