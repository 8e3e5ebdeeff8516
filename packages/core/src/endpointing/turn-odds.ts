/**
 * How likely a turn is over when its voice has just ended: log-odds that add up, one term for each thing known. Few
 * terms, each with its sign from what is published about turns between people; what is not known adds nothing.
 *
 * | reason | value | adds |
 * |---|---|---|
 * | `glide` | semitones | −0.4 where the melody stays level, up to 0.2 where it falls by 1.25 or rises by 2 |
 * | `crest` | semitones | 0.08 for each that the last high pitch lies under the caller's mean and 3, ±0.32 at most |
 * | `drawl` | times the usual syllable | −1: a long level melody, as of "um" |
 * | `words` | how they end | see `wordsOdds`; half for words that may change |
 * | `whole` | – | 1.2: the recogniser's closed grammar has it as an utterance of its own |
 * | `vendor` | log-odds | what a vendor's turn model said last |
 * | `pause-median` | ms | nothing by itself: this caller's pauses decide how fast silence adds up |
 *
 * `glide`: in table 6.1 of Gravano, "Turn-Taking and Affirmative Cue Words in Task-Oriented Dialogue", 2009, phrases
 * before a change of turn and before a pause of the same speaker fall in 47.2 and 24.7 %, rise high in 22.1 and 9.1 %
 * and stay level in 13.2 and 29.9 %: log-ratios of 0.65, 0.9 and −0.8. Those are tones marked by hand. What a pitch
 * tracker makes of 300 ms is less sure, and in read speech ends and pauses fall alike (measured: bench/src/endpointing),
 * so the terms are less than half as large, and a deeper fall counts no more than a clear one.
 *
 * `crest`: pitch declines over a turn and is lowest before it ends (Gravano, chapter 6, finds the same). Fitted on the
 * four speakers of the tuning side, with all prompts of theirs that have more than one phrase: the same sign for each, 0.07 to 0.45 for a
 * semitone; turns of one phrase begin as high as any, so it is less here and not asked of short turns.
 */

import type { TurnEnding } from '../language/turn-words.js'
import type { Ending } from './voice-ending.js'

/** Three silences in five end the turn of somebody who speaks with an agent. */
export const baseOdds = 0.4

/** Semitones, rising, and what they add; straight lines between. */
const glideCurve: readonly (readonly [semitones: number, odds: number])[] = [
  [-1.25, 0.2],
  [-0.5, -0.4],
  [0.5, -0.4],
  [2, 0.2],
]

export function glideOdds(glide: number): number {
  let [fromAt, fromOdds] = glideCurve[0] ?? [0, 0]
  for (const [at, odds] of glideCurve) {
    if (glide <= at)
      return at === fromAt ? odds : fromOdds + ((odds - fromOdds) * (glide - fromAt)) / (at - fromAt)
    fromAt = at
    fromOdds = odds
  }
  return fromOdds
}

const usualCrest = 3
const crestSlope = 0.08
const crestReach = 4

export function crestOdds(crest: number): number {
  return crestSlope * Math.max(-crestReach, Math.min(crestReach, usualCrest - crest))
}

/** Twice a usual syllable, with a melody that moves by less than a semitone, is a sound of thinking. */
export function isDrawl({ stretch, glide }: Ending): boolean {
  return stretch !== undefined && glide !== undefined && stretch >= 2 && Math.abs(glide) < 1
}

export const drawlOdds = -1

export const wordsOdds: { readonly [Kind in TurnEnding]: number } = {
  empty: 0,
  filler: -2.5,
  unfinished: -3,
  number: -1,
  answer: 1.2,
  sentence: 0.8,
  plain: 0,
}

/** An agent's grammar lists what callers say to it; what matches to its end is seldom a beginning. */
export const wholeOdds = 1.2

/** Words that the recogniser may still change, and which may lag behind the voice. */
export const partialShare = 0.5
