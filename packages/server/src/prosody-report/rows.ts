/** Frames and utterances as flat rows of numbers for files: the fields of the analysis, with sensible decimals. */
import type { ProsodyFrame, UtteranceProsody } from '@parley/audio'
import type { Side } from './sides.js'

export type Cell = string | number | undefined
export type Row = Readonly<Record<string, Cell>>

export const frameColumns = [
  'side',
  'atMs',
  'pitchHz',
  'voicing',
  'semitones',
  'energy',
  'rms',
  'levelDb',
  'loudness',
  'voicedFraction',
  'tilt',
  'centroidHz',
  'harmonicity',
  'syllableRate',
  'speaking',
  'arousal',
  'emotion',
  'clipped',
] as const

export function frameRow(side: Side, frame: ProsodyFrame): Readonly<Record<string, string | number>> {
  return {
    side,
    atMs: rounded(frame.atMs, 1),
    pitchHz: rounded(frame.pitchHz, 2),
    voicing: rounded(frame.voicing, 3),
    semitones: rounded(frame.semitones, 2),
    energy: rounded(frame.energy, 4),
    rms: rounded(frame.rms, 6),
    levelDb: rounded(frame.levelDb, 1),
    loudness: rounded(frame.loudness, 1),
    voicedFraction: rounded(frame.voicedFraction, 3),
    tilt: rounded(frame.tilt, 1),
    centroidHz: rounded(frame.centroidHz, 0),
    harmonicity: rounded(frame.harmonicity, 1),
    syllableRate: rounded(frame.syllableRate, 2),
    speaking: Number(frame.speaking),
    arousal: rounded(frame.arousal, 3),
    emotion: frame.emotion,
    clipped: Number(frame.clipped),
  }
}

export const utteranceColumns = [
  'side',
  'number',
  'fromMs',
  'untilMs',
  'medianHz',
  'lowHz',
  'highHz',
  'rangeSemitones',
  'semitones',
  'final',
  'finalSlope',
  'levelDb',
  'loudness',
  'syllables',
  'syllableRate',
  'pauses',
  'pauseMs',
  'voicedFraction',
  'arousal',
  'emotion',
] as const

/** An utterance of a side, counted from 1 over all sides. */
export interface ReportedUtterance {
  readonly side: Side
  readonly number: number
  readonly utterance: UtteranceProsody
}

export function utteranceRow({ side, number, utterance }: ReportedUtterance): Row {
  const { pitch } = utterance
  const maybe = (value: number | undefined, decimals: number) =>
    value === undefined ? undefined : rounded(value, decimals)
  return {
    side,
    number,
    fromMs: rounded(utterance.fromMs, 1),
    untilMs: rounded(utterance.untilMs, 1),
    medianHz: maybe(pitch?.medianHz, 2),
    lowHz: maybe(pitch?.lowHz, 2),
    highHz: maybe(pitch?.highHz, 2),
    rangeSemitones: maybe(pitch?.rangeSemitones, 2),
    semitones: maybe(pitch?.semitones, 2),
    final: pitch?.final,
    finalSlope: maybe(pitch?.finalSlope, 2),
    levelDb: rounded(utterance.levelDb, 1),
    loudness: rounded(utterance.loudness, 1),
    syllables: utterance.syllables,
    syllableRate: rounded(utterance.syllableRate, 2),
    pauses: utterance.pauses,
    pauseMs: rounded(utterance.pauseMs, 0),
    voicedFraction: rounded(utterance.voicedFraction, 3),
    arousal: rounded(utterance.arousal, 3),
    emotion: utterance.emotion,
  }
}

/** One line of CSV (RFC 4180) without its end; what is not known is empty. */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map(csvCell).join(',')
}

export function csvOf(columns: readonly string[], row: Row): string {
  return csvLine(columns.map(column => row[column]))
}

function csvCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals
  // No -0 in a file.
  return Math.round(value * scale) / scale + 0
}
