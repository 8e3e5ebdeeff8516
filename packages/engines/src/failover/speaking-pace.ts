/** How long a voice speaks on a text, learnt from what it has spoken: for voices that do not time their words. */

import type { WrittenWord } from './written-words.js'

export interface SpeakingPace {
  /** Whether anything was learnt of this very voice. */
  readonly isKnown: boolean
  /** Expected duration of these words, ms. */
  msOf(words: readonly WrittenWord[]): number
  /** It took this long to speak them, ms. */
  learn(words: readonly WrittenWord[], ms: number): void
}

/** Until something is learnt, ms a unit: about 150 English words a minute. */
const USUAL_MS = 60
/** A word's own length besides its characters. */
const WORD_UNITS = 2
/** Weight of the newest. */
const NEWEST = 0.3

/** Makes the paces of voices that stand in for each other: what is not known of one is taken from the others. */
export function speakingPaces(): () => SpeakingPace {
  const latest: { ms: number | undefined } = { ms: undefined }
  return () => createSpeakingPace(latest)
}

function createSpeakingPace(latest: { ms: number | undefined }): SpeakingPace {
  let known: number | undefined
  const units = (words: readonly WrittenWord[]) =>
    words.reduce((sum, { start, end }) => sum + end - start + WORD_UNITS, 0)
  return {
    get isKnown() {
      return known !== undefined
    },
    msOf: words => units(words) * (known ?? latest.ms ?? USUAL_MS),
    learn(words, ms) {
      if (words.length === 0 || ms <= 0) return
      const newest = ms / units(words)
      known = known === undefined ? newest : known + NEWEST * (newest - known)
      latest.ms = known
    },
  }
}
