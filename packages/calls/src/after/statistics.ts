/**
 * How a call went, in figures: who talked how much and how fast, how long each waited for the other. Times of the caller are
 * the recogniser's, of the agent those of what was heard. Undefined where there was nothing to measure.
 */

import type { Json } from '@parley/core'
import type { CallTranscript, TranscriptLine } from './transcript.js'

export interface CallStatistics {
  /** From the first sound of anybody to the last, ms, without the time between sessions. */
  readonly talkMs: number
  readonly caller: SideStatistics
  readonly agent: SideStatistics
  /** Share of the caller in all that was talked, 0–1. */
  readonly callerShare: number | undefined
  /** Of the agent by the caller. */
  readonly interruptions: number
  /** From the caller's last sound to the agent's first, ms. */
  readonly latencyMs: Percentiles | undefined
  /** From the agent's last sound to the caller's first, ms, where the caller did not talk over it. */
  readonly callerWaitMs: Percentiles | undefined
  /** Silences of both of 2 s and more. */
  readonly pauses: { readonly count: number; readonly longestMs: number }
  /** Of the caller's sound, where somebody measured it. */
  readonly prosody?: Prosody
}

export interface SideStatistics {
  readonly turns: number
  readonly words: number
  readonly speechMs: number
  readonly longestMs: number
  /** Undefined below 5 s of speech. */
  readonly wordsPerMinute: number | undefined
}

export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** Level and pitch of the caller's voiced sound, as a recorder or a tap measured them. */
export interface Prosody {
  /** dBFS. */
  readonly level?: Spread
  /** Hz. */
  readonly pitch?: Spread
}

export interface Spread {
  readonly mean: number
  readonly deviation: number
  readonly low: number
  readonly high: number
}

const PAUSE_MS = 2_000
const RATE_FROM_MS = 5_000

export function callStatistics(
  { lines, ledgers }: Pick<CallTranscript, 'lines' | 'ledgers'>,
  prosody?: Prosody,
): CallStatistics {
  const spoken = lines.filter(({ who }) => who !== 'event')
  const caller = sideOf(spoken.filter(({ who }) => who === 'caller'))
  const agent = sideOf(spoken.filter(({ who }) => who === 'agent'))
  const both = caller.speechMs + agent.speechMs
  const { talkMs, silences, waits } = gapsOf(spoken)
  return {
    talkMs,
    caller,
    agent,
    callerShare: both === 0 ? undefined : round(caller.speechMs / both, 3),
    interruptions: spoken.filter(({ interrupted }) => interrupted).length,
    latencyMs: percentiles(ledgers.map(({ totalMs }) => totalMs)),
    callerWaitMs: percentiles(waits),
    pauses: { count: silences.length, longestMs: Math.round(Math.max(0, ...silences)) },
    ...(prosody === undefined ? {} : { prosody }),
  }
}

export function statisticsAsJson(statistics: CallStatistics): Json {
  // Leaves out what is undefined, as JSON does.
  return JSON.parse(JSON.stringify(statistics)) as Json
}

function sideOf(lines: readonly TranscriptLine[]): SideStatistics {
  const lengths = lines.map(({ startMs, endMs }) => Math.max(0, endMs - startMs))
  const speechMs = lengths.reduce((sum, length) => sum + length, 0)
  const words = lines.reduce(
    (sum, { text }) => sum + (text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0),
    0,
  )
  return {
    turns: lines.length,
    words,
    speechMs: Math.round(speechMs),
    longestMs: Math.round(Math.max(0, ...lengths)),
    wordsPerMinute: speechMs < RATE_FROM_MS ? undefined : Math.round((words / speechMs) * 60_000),
  }
}

function gapsOf(spoken: readonly TranscriptLine[]) {
  const silences: number[] = []
  const waits: number[] = []
  let talkMs = 0
  let last: TranscriptLine | undefined
  let untilMs = 0
  for (const line of spoken) {
    if (last === undefined || line.session !== last.session) {
      talkMs += line.endMs - line.startMs
    } else {
      const gapMs = line.startMs - untilMs
      if (gapMs >= PAUSE_MS) silences.push(gapMs)
      if (gapMs >= 0 && line.who === 'caller' && last.who === 'agent') waits.push(gapMs)
      talkMs += Math.max(0, line.endMs - untilMs)
    }
    untilMs = line.session === last?.session ? Math.max(untilMs, line.endMs) : line.endMs
    last = line
  }
  return { talkMs: Math.round(talkMs), silences, waits }
}

/** By the nearest rank: each is a value that occurred. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  const sorted = [...values].sort((one, other) => one - other)
  const max = sorted.at(-1)
  if (max === undefined) return undefined
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? max)
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: Math.round(max) }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
