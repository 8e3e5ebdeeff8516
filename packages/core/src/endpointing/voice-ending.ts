/**
 * How the melody of the caller's voice came to its end: whether it moves, and whether it is drawn out against how this
 * caller usually sounds. Keeps the last second or so; takes a frame without allocating.
 */

import type { Cues } from '../ear/cues.js'

/** What is not known of the ending is undefined. */
export interface Ending {
  /** Pitch of the last 100 ms of melody less that of the 200 ms before, semitones: below 0 it falls. */
  readonly glide: number | undefined
  /** The highest pitch, held for 60 ms in all, of the last 700 ms, over this caller's mean, semitones. */
  readonly crest: number | undefined
  /** The last stretch of unbroken melody over this caller's mean one. */
  readonly stretch: number | undefined
}

export interface VoiceEnding {
  /** A turn begins. What is usual for the caller is kept. */
  begin(): void
  hear(cues: Cues): void
  /** The ending before `atMs`, the last voiced sample. */
  endingAt(atMs: number): Ending
}

const voicedFrom = 0.5
/** A frame less periodic than this has a pitch by accident. */
const periodicFrom = 0.5
const framesKept = 128
const tailMs = 100
const bodyMs = 200
/** Melody longer ago than this belongs to another word. */
const reachMs = 700
const crestMs = 60
/** Melody by which a caller's mean pitch is known. */
const knownMs = 600
/** A turn shorter than this is one phrase, whose highest pitch says nothing of its end. */
const phraseMs = 1_200
/** A tracker loses a period now and then; melody gone for longer has ended. */
const gapMs = 30
/** Shorter melody is no syllable. */
const syllableMs = 60
/** Syllables by which a caller's usual one is known. */
const knownSyllables = 4

export function createVoiceEnding(): VoiceEnding {
  const ends = new Float64Array(framesKept)
  const lengths = new Float64Array(framesKept)
  const pitches = new Float64Array(framesKept)
  let next = 0
  let filled = 0
  let stretches = 0
  let stretchesMs = 0
  let stretchMs = 0
  let lastStretchMs = 0
  let silentMs = 0
  let melodyMs = 0
  let melodySum = 0
  let turnMs = 0

  const closeStretch = (): void => {
    if (stretchMs >= syllableMs) {
      stretches++
      stretchesMs += stretchMs
      lastStretchMs = stretchMs
    }
    stretchMs = 0
  }

  const follow = (pitched: boolean, durationMs: number): void => {
    silentMs = pitched ? 0 : silentMs + durationMs
    if (pitched) stretchMs += durationMs
    else if (silentMs > gapMs) closeStretch()
  }

  const glideAt = (atMs: number): number | undefined => {
    const tail: number[] = []
    const body: number[] = []
    let heardMs = 0
    for (let back = 1; back <= filled && heardMs < tailMs + bodyMs; back++) {
      const at = (next - back + framesKept) % framesKept
      const endMs = ends[at] as number
      const lengthMs = lengths[at] as number
      if (atMs - endMs > reachMs) break
      if (endMs - lengthMs >= atMs) continue
      const part = heardMs < tailMs ? tail : body
      part.push(pitches[at] as number)
      heardMs += lengthMs
    }
    return heardMs < tailMs + bodyMs ? undefined : median(tail) - median(body)
  }

  const crestAt = (atMs: number): number | undefined => {
    if (turnMs < phraseMs || melodyMs < knownMs) return undefined
    const heard: { pitch: number; ms: number }[] = []
    for (let back = 1; back <= filled; back++) {
      const at = (next - back + framesKept) % framesKept
      if (atMs - (ends[at] as number) > reachMs) break
      heard.push({ pitch: pitches[at] as number, ms: lengths[at] as number })
    }
    heard.sort((a, b) => b.pitch - a.pitch)
    let heldMs = 0
    const crest = heard.find(({ ms }) => {
      heldMs += ms
      return heldMs >= crestMs
    })
    return crest === undefined ? undefined : crest.pitch - melodySum / melodyMs
  }

  return {
    begin() {
      turnMs = 0
      filled = 0
      stretchMs = 0
      lastStretchMs = 0
      silentMs = 0
    },
    hear({ atMs, durationMs, voice, pitchHz, voicing }) {
      if (voice >= voicedFrom) turnMs += durationMs
      const pitched = voice >= voicedFrom && pitchHz > 0 && voicing >= periodicFrom
      follow(pitched, durationMs)
      if (!pitched) return
      ends[next] = atMs + durationMs
      lengths[next] = durationMs
      pitches[next] = 12 * Math.log2(pitchHz)
      melodyMs += durationMs
      melodySum += (pitches[next] as number) * durationMs
      next = (next + 1) % framesKept
      filled = Math.min(filled + 1, framesKept)
    },
    endingAt(atMs) {
      closeStretch()
      return {
        glide: glideAt(atMs),
        crest: crestAt(atMs),
        stretch:
          stretches < knownSyllables || lastStretchMs === 0
            ? undefined
            : (lastStretchMs * stretches) / stretchesMs,
      }
    },
  }
}

/** Of at least one value; sorts them. */
function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const middle = (values.length - 1) / 2
  return ((values[Math.floor(middle)] as number) + (values[Math.ceil(middle)] as number)) / 2
}
