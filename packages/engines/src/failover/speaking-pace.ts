/** How long a voice speaks on a text, learnt from what it has spoken: for voices that do not time their words. */

import type { WrittenWord } from './written-words.js'

export interface SpeakingPace {
  /** Whether enough was learnt of this very voice to place its words. */
  readonly isKnown: boolean
  /** Whether so much was that it may be told from it that a voice has ended too early. */
  readonly isSure: boolean
  /** Expected duration of these words, ms. */
  msOf(words: readonly WrittenWord[]): number
  /** It took this long to speak them, ms. */
  learn(words: readonly WrittenWord[], ms: number): void
}

/** Until something is learnt, ms a unit of text: about 150 English words a minute. */
const USUAL_MS = 60
/** A word's own length besides its characters. */
const WORD_UNITS = 2
/** What was learnt counts this much less with each clause that follows. */
const KEPT = 0.8
/** Units, of a clause of some words and of several: a single "Yes." is half silence. */
const KNOWN = 20
const SURE = 120

/** Makes the paces of voices that stand in for each other: what is not known of one is taken from the others. */
export function speakingPaces(): () => SpeakingPace {
  const latest: { ms: number | undefined } = { ms: undefined }
  return () => createSpeakingPace(latest)
}

function createSpeakingPace(latest: { ms: number | undefined }): SpeakingPace {
  let heardMs = 0
  let heardUnits = 0
  let learnt = 0
  const known = () => (learnt >= KNOWN ? heardMs / heardUnits : undefined)
  const unitsOf = (words: readonly WrittenWord[]) =>
    words.reduce((sum, { start, end }) => sum + end - start + WORD_UNITS, 0)
  return {
    get isKnown() {
      return learnt >= KNOWN
    },
    get isSure() {
      return learnt >= SURE
    },
    msOf: words => unitsOf(words) * (known() ?? latest.ms ?? USUAL_MS),
    learn(words, ms) {
      if (words.length === 0 || ms <= 0) return
      const units = unitsOf(words)
      heardMs = heardMs * KEPT + ms
      heardUnits = heardUnits * KEPT + units
      learnt = Math.min(SURE, learnt + units)
      latest.ms = known() ?? latest.ms
    },
  }
}
