/**
 * Counts syllables as they are spoken, without knowing words: their nuclei are peaks of intensity that are voiced, with
 * a dip before and after (N. H. de Jong and T. Wempe, Behavior Research Methods 41, 2009), here in the band of vowels
 * and on line, so that a peak counts as soon as the level has fallen from it.
 */

import type { SpeechNow } from './speech-activity.js'
import type { VoiceLook } from './voice-look.js'

export interface SyllableNuclei {
  /** Takes the next look in, and what it is of speech. */
  look(look: VoiceLook, speech: SpeechNow): void
  /** Whether the last look completed a nucleus, and whether one that is still open would count if silence followed. */
  readonly now: { readonly found: boolean; readonly pending: boolean }
  reset(): void
}

/** The level rises by this much to a nucleus and falls by this much after it: theirs, of speech left as it is. */
const dipDb = 2
/** Two nuclei are at least this far apart: more than 11 syllables a second nobody speaks. */
const apartMs = 90

/** @param hopMs Time between looks. */
export function createSyllableNuclei(hopMs: number): SyllableNuclei {
  const state = { valleyDb: -0.5, peakDb: -0.5, peakMs: 0.5, lastMs: 0.5, quietDb: -0.5 }
  const is = { rising: false, voiced: false, wasVoiced: false }
  const now = { found: false, pending: false }

  const counts = (): boolean =>
    is.rising && is.voiced && state.peakDb > state.quietDb && state.peakMs - state.lastMs >= apartMs

  const climb = (look: VoiceLook, voiced: boolean): void => {
    is.rising = true
    state.peakDb = look.coreDb
    state.peakMs = look.atMs
    is.voiced = voiced || is.wasVoiced
  }

  const fall = (look: VoiceLook): void => {
    now.found = counts()
    if (now.found) state.lastMs = state.peakMs
    is.rising = false
    state.valleyDb = look.coreDb
  }

  const reset = (): void => {
    state.valleyDb = -100
    state.peakDb = -100
    state.peakMs = 0
    state.lastMs = Number.NEGATIVE_INFINITY
    state.quietDb = -100
    is.rising = false
    is.voiced = false
    is.wasVoiced = false
    now.found = false
    now.pending = false
  }
  reset()

  return {
    now,
    look(look, { voiced, quietDb }) {
      now.found = false
      state.quietDb = quietDb
      const level = look.coreDb
      if (is.rising) {
        if (voiced && look.atMs - state.peakMs <= hopMs) is.voiced = true
        if (level > state.peakDb) climb(look, voiced)
        else if (level <= state.peakDb - dipDb) fall(look)
      } else if (level < state.valleyDb) {
        state.valleyDb = level
      } else if (level >= state.valleyDb + dipDb) {
        climb(look, voiced)
      }
      is.wasVoiced = voiced
      now.pending = counts()
    },
    reset,
  }
}
