/** What became of one overlap, measured on the trace of its call. */
import type { HeardPiece } from './ear.js'
import { heardWords, resumeLoss, wordDistance, wordsOf } from './heard-words.js'
import { momentsOf } from './moments.js'
import { gainDb, type Reference } from './reference.js'
import type { OverlapCase } from './scenarios.js'
import type { Trace } from './trace.js'

export interface OverlapOutcome {
  readonly kind: 'overlap'
  readonly case: OverlapCase
  /**
   * `stopped`: the reply was cut after the onset. `went-on`: it was not. `early`: cut before there was anything to cut
   * it for, which background or echo did. `failed`: the agent was not heard, or the call broke.
   */
  readonly end: 'stopped' | 'went-on' | 'early' | 'failed'
  /** Onset arrived to agent lowered or silenced, ms; absent where it was so already, or never. */
  readonly duckMs?: number
  /** The same by the gateway's own word. */
  readonly toldDuckMs?: number
  /** Onset arrived to the last the gateway sent of the reply, ms. */
  readonly stopServerMs?: number
  /** Onset at the mouth to silence at the ear, ms. */
  readonly stopEarMs?: number
  /** Silences at the ear from which the reply came back, ms each. */
  readonly pausesMs: readonly number[]
  /** Whether the agent was lowered or silenced at all. */
  readonly lowered: boolean
  /** Of a reply that went on: words lost and words heard twice, and sound heard twice. */
  readonly wordsLost: number
  readonly wordsTwice: number
  readonly repeatedMs: number
  /** Of a reply that was cut: how many words the remembered text is off. */
  readonly heardErrorWords?: number
}

/** A cut is the answer to a sound if it comes no later than this after its end, ms. */
const LATEST_STOP_MS = 1_500
/** Sound may begin a little before its label, ms. */
const ONSET_SLACK_MS = 60
const LOWERED_DB = -6
/** Gaps at the ear shorter than this are none, ms. */
const GAP_MS = 20

export function measureOverlap(
  overlap: OverlapCase,
  trace: Trace,
  { onsetSample, reference, rate }: { onsetSample: number; reference: Reference; rate: number },
): OverlapOutcome {
  const base = { kind: 'overlap', case: overlap } as const
  const reply = trace.heard[0]?.reply
  const moments = momentsOf(trace, rate)
  const sentMs = moments.sentMs(onsetSample)
  const mouthMs = moments.mouthMs(onsetSample)
  const none = { pausesMs: [], lowered: false, wordsLost: 0, wordsTwice: 0, repeatedMs: 0 }
  if (reply === undefined || Number.isNaN(sentMs)) return { ...base, ...none, end: 'failed' }

  const pieces = trace.heard.filter(piece => piece.reply === reply)
  const clears = trace.clears.filter(clear => clear.reply === reply).map(({ atMs }) => atMs)
  const words = wordsOf(trace.words.filter(piece => piece.reply === reply))
  const remembered = trace.remembered.find(each => each.reply === reply)
  const lowerings = loweringsOf(trace, reply, reference)
  const facts = { ...base, pausesMs: pausesOf(pieces, clears), lowered: lowerings.length > 0 }

  if (remembered?.interrupted) {
    const lastFrameMs = Math.max(...trace.frames.filter(each => each.reply === reply).map(each => each.atMs))
    const stopMs = clears.find(atMs => atMs >= lastFrameMs) ?? lastFrameMs
    const durationMs = overlap.clip === undefined ? 0 : overlap.clip.offsetMs - overlap.clip.onsetMs
    const heard = heardWords(words, pieces).map(({ text }) => text)
    const heardErrorWords = wordDistance(remembered.heardText, heard.join(' '))
    const cut = { ...facts, wordsLost: 0, wordsTwice: 0, repeatedMs: 0, heardErrorWords }
    if (stopMs < sentMs - ONSET_SLACK_MS) return { ...cut, end: 'early' }
    const inTime = overlap.clip === undefined || stopMs <= sentMs + durationMs + LATEST_STOP_MS
    if (overlap.stop && !inTime) return { ...cut, end: 'went-on' }
    const silentMs = Math.max(...pieces.map(piece => piece.startMs + piece.durationMs))
    return {
      ...cut,
      ...duckTimes(trace, lowerings, sentMs),
      end: 'stopped',
      stopServerMs: stopMs - sentMs,
      stopEarMs: silentMs - mouthMs,
    }
  }
  const { lost, twice, repeatedMs } = resumeLoss(words, pieces)
  return {
    ...facts,
    ...duckTimes(trace, lowerings, sentMs),
    end: 'went-on',
    wordsLost: lost,
    wordsTwice: twice,
    repeatedMs,
  }
}

interface Lowering {
  readonly fromMs: number
  readonly untilMs: number
}

/** When the agent was told to be lower, or was silenced, as it came off the wire. */
function loweringsOf(trace: Trace, reply: string, reference: Reference): Lowering[] {
  const changes: { atMs: number; low: boolean }[] = [
    ...trace.ducks.map(({ atMs, on }) => ({ atMs, low: on })),
    ...trace.clears.filter(clear => clear.reply === reply).map(({ atMs }) => ({ atMs, low: true })),
  ]
  for (const frame of trace.frames) {
    if (frame.reply !== reply) continue
    const gain = gainDb(reference, frame)
    if (gain !== undefined) changes.push({ atMs: frame.atMs, low: gain < LOWERED_DB })
  }
  changes.sort((a, b) => a.atMs - b.atMs)
  const lowerings: { fromMs: number; untilMs: number }[] = []
  let low = false
  for (const change of changes) {
    if (change.low && !low) lowerings.push({ fromMs: change.atMs, untilMs: Number.POSITIVE_INFINITY })
    const last = lowerings.at(-1)
    if (!change.low && low && last !== undefined) last.untilMs = change.atMs
    low = change.low
  }
  return lowerings
}

/** Absent where the agent was low before the onset could have been the reason. */
function duckTimes(
  trace: Trace,
  lowerings: readonly Lowering[],
  sentMs: number,
): Pick<OverlapOutcome, 'duckMs' | 'toldDuckMs'> {
  const fromMs = sentMs - ONSET_SLACK_MS
  if (lowerings.some(lowering => lowering.fromMs < fromMs && lowering.untilMs > sentMs)) return {}
  const first = lowerings.find(lowering => lowering.fromMs >= fromMs)
  const told = trace.messages.find(({ atMs, message }) => atMs >= fromMs && message.type === 'ducked')
  return {
    ...(first === undefined ? {} : { duckMs: Math.max(0, first.fromMs - sentMs) }),
    ...(told?.message.type === 'ducked' ? { toldDuckMs: told.message.afterOnsetMs } : {}),
  }
}

/** Gaps between neighbouring pieces that a `clear` made; one that starvation made is not the judge's. */
function pausesOf(pieces: readonly HeardPiece[], clears: readonly number[]): number[] {
  return pieces.flatMap((piece, index) => {
    const before = pieces[index - 1]
    if (before === undefined) return []
    const endMs = before.startMs + before.durationMs
    const gapMs = piece.startMs - endMs
    const cleared = clears.some(atMs => atMs >= endMs - GAP_MS && atMs <= piece.startMs)
    return gapMs > GAP_MS && cleared ? [gapMs] : []
  })
}
