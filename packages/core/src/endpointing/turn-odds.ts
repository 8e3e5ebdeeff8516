/**
 * How likely a turn is over when its voice has just ended: log-odds that add up, one term for each thing known. Few
 * terms, each with its sign and size from what is published about turns between people; what is not known adds nothing.
 *
 * | reason | value | adds |
 * |---|---|---|
 * | `base` | – | 0.5: three silences in five end the turn of somebody who speaks with an agent |
 * | `glide` | semitones | −0.8 level, up to +0.65 for a fall of 3, up to +0.9 for a rise of 5 |
 * | `drawl` | times the usual syllable | −1: a long level melody, as of "um" |
 * | `decay` | dB against the turn | 0.05 for each dB softer than usual at an end, ±0.4 at most |
 * | `words` | how they end | see `wordsOdds`; half for words that may change |
 * | `vendor` | log-odds | what a vendor's turn model said last |
 * | `pause-median` | ms | nothing by itself: this caller's pauses decide how fast silence adds up |
 *
 * `glide` are the ratios of table 6.1 in Gravano, "Turn-Taking and Affirmative Cue Words in Task-Oriented Dialogue",
 * 2009: of phrases before a change of turn and before a pause 47.2 and 24.7 % fall, 22.1 and 9.1 % rise high, 13.2 and
 * 29.9 % stay level. `decay` follows the same work in sign: phrases before a change of turn are softer.
 */

import type { TurnEnding } from '../language/turn-words.js'
import type { Ending } from './voice-ending.js'

export const baseOdds = 0.5

/** Semitones and what they add, rising; straight lines between. */
const glideCurve = [
  [-3, 0.65],
  [-0.75, -0.8],
  [0.75, -0.8],
  [5, 0.9],
] as const

export function glideOdds(glide: number): number {
  let [fromAt, fromOdds]: readonly [number, number] = glideCurve[0]
  for (const [at, odds] of glideCurve) {
    if (glide <= at)
      return at === fromAt ? odds : fromOdds + ((odds - fromOdds) * (glide - fromAt)) / (at - fromAt)
    fromAt = at
    fromOdds = odds
  }
  return fromOdds
}

/** Twice a usual syllable with a melody that moves by less than a semitone is a sound of thinking. */
export function isDrawl({ stretch, glide }: Ending): boolean {
  return stretch !== undefined && glide !== undefined && stretch >= 2 && Math.abs(glide) < 1
}

export const drawlOdds = -1

const usualDecay = -8

export function decayOdds(decay: number): number {
  return Math.max(-0.4, Math.min(0.4, (usualDecay - decay) * 0.05))
}

export const wordsOdds: { readonly [Kind in TurnEnding]: number } = {
  empty: 0,
  filler: -2.5,
  unfinished: -3,
  number: -1,
  answer: 1.2,
  sentence: 0.8,
  plain: 0,
}

/** Words that the recogniser may still change, and which may lag behind the voice. */
export const partialShare = 0.5
