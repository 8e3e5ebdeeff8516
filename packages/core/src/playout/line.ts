/**
 * One reply on its way to the ear: its sound and words, what was handed to the far end, and what can be said of how much
 * was heard. Playout alone changes it.
 */

import type { ReplyId } from '../ids.js'
import type { Heard } from '../turn/history.js'
import type { FarEnd } from './far-end.js'
import { HeardClock } from './heard-clock.js'
import { heardText, type SpokenSound, type SpokenWords, saidText } from './heard-text.js'
import type { SoundLevels } from './sound-levels.js'
import { SoundQueue } from './sound-queue.js'

export interface Line {
  readonly reply: ReplyId
  /** Of its sound, Hz. */
  readonly sampleRate: number
  /** BCP 47, of its words. */
  readonly language: string
  /** Whether words without times are spread evenly, whatever they are. */
  readonly evenly: boolean
  readonly sound: SoundQueue
  readonly heard: HeardClock
  readonly words: SpokenWords[]
  /** Silences, for words whose places the voice does not tell; kept from the first such word on. */
  levels: SoundLevels | undefined
  released: boolean
  ended: boolean
  sentAll: boolean
  audible: boolean
  /** Silenced until the overlap is ruled on; the far end has nothing of it. */
  held: boolean
  /** Nothing leaves before: the far end's last count before a rewind is on its way. */
  notBeforeMs: number
  /** The most that was taken for heard so far; sound before it is forgotten, so it never goes back. */
  heardMs: number
  /** Samples handed to the far end. */
  cursor: number
  waiting: (() => void)[]
}

/** Reports may stop or never come (a broken client): this long after its time the estimate counts. */
const REPORT_GRACE_MS = 2_000

export function newLine(facts: Pick<Line, 'reply' | 'sampleRate' | 'language' | 'evenly'>): Line {
  return {
    ...facts,
    sound: new SoundQueue(),
    heard: new HeardClock(),
    words: [],
    levels: undefined,
    released: false,
    ended: false,
    sentAll: false,
    audible: false,
    held: false,
    notBeforeMs: Number.NEGATIVE_INFINITY,
    heardMs: 0,
    cursor: 0,
    waiting: [],
  }
}

/** Sound there is so far, ms. */
export function totalMsOf({ sound, sampleRate }: Line): number {
  return (sound.end * 1000) / sampleRate
}

/** Sound that waits to be sent, ms. */
export function queuedMsOf({ sound, cursor, sampleRate }: Line): number {
  return ((sound.end - cursor) * 1000) / sampleRate
}

/** What its words are placed by. */
export function soundOf(line: Line): SpokenSound {
  const { levels, ended, language, evenly } = line
  return { totalMs: totalMsOf(line), open: !ended, language, levels, evenly }
}

/** Trusts reports alone where the far end makes them; one that stays silent is given time, then estimated. */
export function heardMsOf(line: Line, far: FarEnd, nowMs: number): number {
  const { heard } = line
  const reportedMs = far.reportsPlayed ? heard.reportedMs : undefined
  const graceMs = far.reportsPlayed ? REPORT_GRACE_MS : 0
  line.heardMs = Math.max(line.heardMs, reportedMs ?? heard.estimateMs(nowMs - graceMs, far.pathMs))
  return line.heardMs
}

/** Whether all that was sent was heard, or must have been. */
export function isAllHeard(line: Line, far: FarEnd, heardMs: number, nowMs: number): boolean {
  if (line.cursor < line.sound.end) return false
  const totalMs = totalMsOf(line)
  if (heardMs >= totalMs - 0.5) return true
  const lateMs = far.reportsPlayed ? REPORT_GRACE_MS : 0
  return line.heard.estimateMs(nowMs - lateMs, far.pathMs) >= totalMs - 0.5
}

/** What was heard of a reply that is over by itself. */
export function heardWhole(line: Line, far: FarEnd | undefined): Heard {
  const ms = totalMsOf(line)
  const reportedMs = far?.reportsPlayed ? line.heard.reportedMs : undefined
  const untoldMs = reportedMs === undefined ? 0 : ms - reportedMs
  // A far end that fell silent in the middle has not said that the rest was heard.
  const source = reportedMs !== undefined && untoldMs < 0.5 ? 'reported' : 'estimated'
  const errorMs = source === 'reported' ? 0 : untoldMs
  return { reply: line.reply, ms, text: saidText(line.words), complete: true, source, errorMs }
}

/** What was heard of a reply that is cut now. */
export function heardAtCut(line: Line, far: FarEnd | undefined, nowMs: number): Heard {
  const { reply, words, heard } = line
  const reportedMs = far?.reportsPlayed || far?.reportsCuts ? heard.reportedMs : undefined
  // Without a leg the line was rewound to what was heard, and nothing has been sent since.
  const ms = far === undefined ? heard.sentMs : (reportedMs ?? heard.estimateMs(nowMs, far.pathMs))
  const errorMs = Math.max(0, heard.mostMs(nowMs) - ms)
  const source = reportedMs === undefined ? 'estimated' : 'reported'
  return { reply, ms, text: heardText(words, ms, soundOf(line)), complete: false, source, errorMs }
}
