/**
 * How one side spoke, moment by moment, oldest first. Immutable and cheap to extend: moments lie in chunks, of which
 * only the last is copied. Bounded: the oldest chunks go first.
 */
import type { ProsodyFrameFields } from '@parley/protocol'

/** A frame at its place on the axis, ms since the session began. */
export interface Moment {
  readonly atMs: number
  /** 0 where nothing is voiced. */
  readonly pitchHz: number
  readonly voicing: number
  /** LUFS; −100 for silence. */
  readonly loudness: number
  readonly speaking: boolean
  readonly arousal: number
  readonly emotion: ProsodyFrameFields['emotion']
  /** Of the agent: which reply, and the place in its sound. */
  readonly reply?: string
  readonly placeMs?: number
}

export interface Track {
  readonly chunks: readonly (readonly Moment[])[]
  /** Voiced moments by pitch, in steps of a quarter of a semitone from 50 Hz. */
  readonly pitches: readonly number[]
}

const CHUNK = 256
/** About ten minutes of frames of 32 ms. */
const MOST_CHUNKS = 80
const BINS = 180
const LOWEST_HZ = 50
const BINS_PER_OCTAVE = 48

export const emptyTrack: Track = { chunks: [], pitches: [] }

export function firstOf({ chunks }: Track): Moment | undefined {
  return chunks[0]?.[0]
}

export function lastOf({ chunks }: Track): Moment | undefined {
  return chunks.at(-1)?.at(-1)
}

/** Moments that are not after the last one are put right behind it: an axis of time has one order. */
export function append(track: Track, moments: readonly Moment[]): Track {
  if (moments.length === 0) return track
  const chunks = [...track.chunks]
  const pitches = track.pitches.length === 0 ? new Array<number>(BINS).fill(0) : [...track.pitches]
  let open = chunks.length > 0 && (chunks.at(-1)?.length ?? 0) < CHUNK ? [...(chunks.pop() ?? [])] : []
  let lastMs = open.at(-1)?.atMs ?? chunks.at(-1)?.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY
  for (const moment of moments) {
    if (open.length === CHUNK) {
      chunks.push(open)
      open = []
    }
    const atMs = moment.atMs > lastMs ? moment.atMs : lastMs + 1
    open.push(atMs === moment.atMs ? moment : { ...moment, atMs })
    lastMs = atMs
    if (moment.pitchHz > 0) {
      const bin = binOf(moment.pitchHz)
      pitches[bin] = (pitches[bin] ?? 0) + 1
    }
  }
  chunks.push(open)
  return { chunks: chunks.slice(-MOST_CHUNKS), pitches }
}

/** Without the last moments of which `gone` is true. */
export function cutEnd(track: Track, gone: (moment: Moment) => boolean): Track {
  const last = lastOf(track)
  if (last === undefined || !gone(last)) return track
  const chunks = [...track.chunks]
  const pitches = [...track.pitches]
  while (chunks.length > 0) {
    const chunk = chunks.pop() ?? []
    let length = chunk.length
    for (let moment = chunk[length - 1]; moment && gone(moment); moment = chunk[--length - 1]) {
      if (moment.pitchHz > 0) {
        const bin = binOf(moment.pitchHz)
        pitches[bin] = Math.max(0, (pitches[bin] ?? 0) - 1)
      }
    }
    if (length > 0) return { chunks: [...chunks, chunk.slice(0, length)], pitches }
  }
  return { chunks, pitches }
}

/** Calls `take` for each moment from `fromMs` to `untilMs`, and for one neighbour at each side. */
export function eachBetween(
  { chunks }: Track,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  take: (moment: Moment) => void,
): void {
  let before: Moment | undefined
  for (const chunk of chunks) {
    if ((chunk.at(-1)?.atMs ?? 0) < fromMs) {
      before = chunk.at(-1)
      continue
    }
    for (const moment of chunk) {
      if (moment.atMs < fromMs) {
        before = moment
        continue
      }
      if (before) take(before)
      before = undefined
      take(moment)
      if (moment.atMs > untilMs) return
    }
  }
}

/** The moment that is nearest to `atMs`, if one is within `withinMs`. */
export function nearest(track: Track, atMs: number, withinMs: number): Moment | undefined {
  let best: Moment | undefined
  eachBetween(track, { fromMs: atMs - withinMs, untilMs: atMs + withinMs }, moment => {
    const distance = Math.abs(moment.atMs - atMs)
    if (distance <= withinMs && (!best || distance < Math.abs(best.atMs - atMs))) best = moment
  })
  return best
}

/** Half of what was voiced is lower, Hz; undefined where nothing was. */
export function medianHz({ pitches }: Track): number | undefined {
  let left = pitches.reduce((sum, count) => sum + count, 0) / 2
  if (left === 0) return undefined
  const bin = pitches.findIndex(count => {
    left -= count
    return left <= 0
  })
  return LOWEST_HZ * 2 ** ((bin + 0.5) / BINS_PER_OCTAVE)
}

function binOf(hz: number): number {
  const bin = Math.floor(BINS_PER_OCTAVE * Math.log2(hz / LOWEST_HZ))
  return Math.min(BINS - 1, Math.max(0, bin))
}

/** What is kept of a frame, at its place on the axis. */
export function momentOf(frame: Omit<Moment, 'atMs'>, atMs: number): Moment {
  const { pitchHz, voicing, loudness, speaking, arousal, emotion } = frame
  return { atMs, pitchHz, voicing, loudness, speaking, arousal, emotion }
}
