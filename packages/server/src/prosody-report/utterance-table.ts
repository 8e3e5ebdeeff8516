/** Utterances as lines of a table for a terminal, in columns of fixed width, so that each can be told when it ends. */
import type { UtteranceProsody } from '@parley/audio'
import type { Paint } from '../config/paint.js'
import type { ReportedUtterance } from './rows.js'
import type { Side } from './sides.js'

interface Column {
  readonly title: string
  readonly width: number
  /** Text to the left, figures to the right. */
  readonly left?: true
  readonly cell: (reported: ReportedUtterance) => string
}

const none = '–'
const arrows = { rise: '↗ rise', fall: '↘ fall', level: '→ level' } as const

const columns: readonly Column[] = [
  { title: '#', width: 3, cell: ({ number }) => String(number) },
  { title: 'side', width: 5, left: true, cell: ({ side }) => side },
  { title: 'from', width: 8, cell: ({ utterance }) => clock(utterance.fromMs) },
  {
    title: 'length',
    width: 7,
    cell: ({ utterance: u }) => `${((u.untilMs - u.fromMs) / 1000).toFixed(2)} s`,
  },
  {
    title: 'pitch',
    width: 6,
    cell: ({ utterance: { pitch } }) => (pitch ? `${pitch.medianHz.toFixed(0)} Hz` : none),
  },
  {
    title: 'range',
    width: 7,
    cell: ({ utterance: { pitch } }) => (pitch ? `${pitch.rangeSemitones.toFixed(1)} st` : none),
  },
  {
    title: 'ends',
    width: 7,
    left: true,
    cell: ({ utterance: { pitch } }) => (pitch ? arrows[pitch.final] : none),
  },
  { title: 'dBFS', width: 5, cell: ({ utterance }) => utterance.levelDb.toFixed(1) },
  { title: 'LUFS', width: 5, cell: ({ utterance }) => utterance.loudness.toFixed(1) },
  {
    title: 'syl/s',
    width: 5,
    cell: ({ utterance }) => (utterance.syllableRate > 0 ? utterance.syllableRate.toFixed(1) : none),
  },
  { title: 'pauses', width: 9, left: true, cell: ({ utterance }) => pauses(utterance) },
  {
    title: 'arousal',
    width: 12,
    left: true,
    cell: ({ utterance: u }) => `${u.arousal.toFixed(2)} ${u.emotion}`,
  },
]

export interface UtteranceTable {
  heading(): string
  line(reported: ReportedUtterance): string
}

/** What a narrow terminal goes without, the first first. */
const sparable = ['dBFS', 'pauses', 'syl/s', 'LUFS', 'range', 'ends']

export interface UtteranceTableOptions {
  readonly sides: readonly Side[]
  readonly paint: Paint
  /** Columns of the terminal; a file has as many as it needs. */
  readonly width: number
}

/** The side is told only where there are two. */
export function createUtteranceTable({ sides, paint, width }: UtteranceTableOptions): UtteranceTable {
  const shown = fitting(
    columns.filter(({ title }) => title !== 'side' || sides.length > 1),
    width,
  )
  const lineOf = (cells: readonly string[]) =>
    shown
      .map(({ width, left }, i) => (left ? cells[i]?.padEnd(width) : cells[i]?.padStart(width)))
      .join('  ')
      .trimEnd()
  return {
    heading: () => paint.heading(lineOf(shown.map(({ title }) => title))),
    line(reported) {
      const line = lineOf(shown.map(({ cell }) => cell(reported)))
      return reported.utterance.pitch ? line : paint.faint(line)
    },
  }
}

function fitting(wanted: readonly Column[], width: number): readonly Column[] {
  let shown = wanted
  for (const title of sparable) {
    if (shown.reduce((sum, column) => sum + column.width + 2, -2) <= width) break
    shown = shown.filter(column => column.title !== title)
  }
  return shown
}

/** Minutes, seconds and hundredths. */
export function clock(ms: number): string {
  const hundredths = Math.round(ms / 10)
  const minutes = Math.floor(hundredths / 6000)
  return `${minutes}:${((hundredths % 6000) / 100).toFixed(2).padStart(5, '0')}`
}

function pauses({ pauses, pauseMs }: UtteranceProsody): string {
  return pauses === 0 ? none : `${pauses}, ${(pauseMs / 1000).toFixed(2)} s`
}
