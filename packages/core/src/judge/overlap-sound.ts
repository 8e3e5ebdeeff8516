/**
 * What the sound of an overlap adds up to, and how this caller usually sounds. Frames explained by the agent's own
 * voice coming back are counted apart: they are nobody's speech.
 */

import type { Cues } from '../ear/cues.js'

/** A frame with at least this probability of voice is voiced. */
const VOICED = 0.5
/** Voice that stands this little over what is there all the time is somebody in the background, dB. */
const NEAR_DB = 9
/** A syllable stands for the softer sound after it, falling by this much. */
const FALL_DB_PER_MS = 0.03
/** Above this a frame is the agent's own sound coming back. */
const ECHOED = 0.6
/** Normalised autocorrelation from which on a frame is periodic, as vowels are and coughs are not. */
const PERIODIC = 0.6
/** Voice needed before a caller's usual loudness is believed, ms, and the memory of it. */
const KNOWN_AFTER_MS = 600
const MEMORY_MS = 8_000

export interface OverlapSound {
  /** Voiced and not echoed, ms. */
  readonly voicedMs: number
  /** Explained by the agent's own sound, ms. */
  readonly echoedMs: number
  /** Of the voiced time, the share that is periodic, 0..1; 0 before any. */
  readonly periodic: number
  /** Mean level of the voiced frames against the caller's usual one, dB; undefined while that is not known. */
  readonly loudnessDb: number | undefined
  begin(): void
  hear(cues: Cues): void
  /** A frame outside any overlap. */
  learn(cues: Cues): void
}

export function createOverlapSound(): OverlapSound {
  let voicedMs = 0
  let echoedMs = 0
  let periodicMs = 0
  let levelDbMs = 0
  let crestDb = Number.NEGATIVE_INFINITY
  let usualDb = 0
  let knownMs = 0

  return {
    get voicedMs() {
      return voicedMs
    },
    get echoedMs() {
      return echoedMs
    },
    get periodic() {
      return voicedMs === 0 ? 0 : periodicMs / voicedMs
    },
    get loudnessDb() {
      if (voicedMs === 0 || knownMs < KNOWN_AFTER_MS) return undefined
      return levelDbMs / voicedMs - usualDb
    },
    begin() {
      voicedMs = 0
      echoedMs = 0
      periodicMs = 0
      levelDbMs = 0
      crestDb = Number.NEGATIVE_INFINITY
    },
    hear({ voice, durationMs, echo, voicing, levelDb, noiseDb }) {
      const echoed = echo >= ECHOED
      // The agent's own sound must not lift what lies behind it.
      crestDb = Math.max(echoed ? noiseDb : levelDb, crestDb - FALL_DB_PER_MS * durationMs)
      if (echoed) {
        echoedMs += durationMs
        return
      }
      if (voice < VOICED || crestDb < noiseDb + NEAR_DB) return
      voicedMs += durationMs
      levelDbMs += levelDb * durationMs
      if (voicing >= PERIODIC) periodicMs += durationMs
    },
    learn({ voice, durationMs, echo, levelDb }) {
      if (voice < VOICED || echo >= ECHOED) return
      knownMs = Math.min(knownMs + durationMs, MEMORY_MS)
      usualDb += ((levelDb - usualDb) * durationMs) / knownMs
    },
  }
}
