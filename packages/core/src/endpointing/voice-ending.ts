/**
 * How the caller's voice came to its end: melody, loudness and length of its last moments, against how this caller
 * usually sounds. Keeps the last second or so; takes a frame without allocating.
 */

import type { Cues } from '../ear/cues.js'

/** What is not known of the ending is undefined. */
export interface Ending {
  /** Pitch of the last 100 ms of melody less that of the 200 ms before, semitones: below 0 it falls. */
  readonly glide: number | undefined
  /** Loudness of the last 160 ms of voice over that of the turn, dB. */
  readonly decay: number | undefined
  /** The last stretch of melody over this caller's mean one. */
  readonly stretch: number | undefined
}

export interface VoiceEnding {
  /** A turn begins. */
  begin(): void
  hear(cues: Cues): void
  /** The ending before `atMs`, the last voiced sample. */
  endingAt(atMs: number): Ending
}

const VOICED = 0.5
/** A frame less periodic than this has a pitch by accident. */
const PERIODIC = 0.5
const kept = 128
const tailMs = 100
const bodyMs = 200
/** Melody longer ago than this belongs to another word. */
const reachMs = 700
const loudMs = 160
/** Melody interrupted for longer than this is another stretch; a tracker loses a period now and then. */
const gapMs = 30
/** Shorter melody is no syllable. */
const syllableMs = 60
/** Syllables by which a caller's usual one is known. */
const knownSyllables = 4

export function createVoiceEnding(): VoiceEnding {
  const ends = new Float64Array(kept)
  const lengths = new Float64Array(kept)
  const pitches = new Float64Array(kept)
  const levels = new Float64Array(kept)
  let next = 0
  let filled = 0
  let voicedMs = 0
  let loudness = 0
  let stretches = 0
  let stretchesMs = 0
  let stretchMs = 0
  let lastStretchMs = 0
  let silentMs = 0

  const closeStretch = (): void => {
    if (stretchMs >= syllableMs) {
      stretches++
      stretchesMs += stretchMs
      lastStretchMs = stretchMs
    }
    stretchMs = 0
  }

  const follow = (semitones: number, durationMs: number): void => {
    if (Number.isNaN(semitones)) {
      silentMs += durationMs
      if (silentMs > gapMs) closeStretch()
      return
    }
    silentMs = 0
    stretchMs += durationMs
  }

  /** Medians of the melody's tail and of the body before it, semitones. */
  const melodyBefore = (atMs: number) => {
    const tail: number[] = []
    const body: number[] = []
    let heardMs = 0
    for (let i = 1; i <= filled && heardMs < tailMs + bodyMs; i++) {
      const at = (next - i + kept) % kept
      const endMs = ends[at] as number
      const pitch = pitches[at] as number
      if (atMs - endMs > reachMs) break
      if (Number.isNaN(pitch) || endMs - (lengths[at] as number) >= atMs) continue
      ;(heardMs < tailMs ? tail : body).push(pitch)
      heardMs += lengths[at] as number
    }
    return { tail: median(tail), body: median(body) }
  }

  const loudnessBefore = (atMs: number): number | undefined => {
    let sum = 0
    let ms = 0
    for (let i = 1; i <= filled && ms < loudMs; i++) {
      const at = (next - i + kept) % kept
      const lengthMs = lengths[at] as number
      if ((ends[at] as number) - lengthMs >= atMs) continue
      if (atMs - (ends[at] as number) > loudMs) break
      sum += (levels[at] as number) * lengthMs
      ms += lengthMs
    }
    return ms === 0 ? undefined : sum / ms
  }

  return {
    begin() {
      filled = 0
      voicedMs = 0
      loudness = 0
      stretchMs = 0
      silentMs = 0
    },
    hear({ atMs, durationMs, voice, levelDb, pitchHz, voicing }) {
      const voiced = voice >= VOICED
      const semitones =
        voiced && pitchHz > 0 && voicing >= PERIODIC ? 12 * Math.log2(pitchHz / 100) : Number.NaN
      ends[next] = atMs + durationMs
      lengths[next] = durationMs
      pitches[next] = semitones
      levels[next] = levelDb
      next = (next + 1) % kept
      filled = Math.min(filled + 1, kept)
      follow(semitones, durationMs)
      if (!voiced) return
      voicedMs += durationMs
      loudness += levelDb * durationMs
    },
    endingAt(atMs) {
      const { tail, body } = melodyBefore(atMs)
      const loud = loudnessBefore(atMs)
      return {
        glide: tail === undefined || body === undefined ? undefined : tail - body,
        decay: loud === undefined || voicedMs === 0 || loudness <= -99 * voicedMs ? undefined : loud - loudness / voicedMs,
        stretch: stretches < knownSyllables ? undefined : (lastStretchMs * stretches) / stretchesMs,
      }
    },
  }
}

function median(values: number[]): number | undefined {
  if (values.length < 2) return undefined
  values.sort((a, b) => a - b)
  return values[values.length >> 1]
}
