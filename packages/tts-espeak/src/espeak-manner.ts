/** Prosody in the numbers of espeak-ng. Its times of words come from the same run, so they stay right. */

import type { Prosody } from '@parley/core'

export interface EspeakManner {
  readonly wordsPerMinute: number
  /** 0–99, 50 is the voice's own; fifty are an octave of its lowest pitch. */
  readonly pitch: number
  /** 0–99, 50 is the voice's own. */
  readonly range: number
  /** 0–200, 100 is the voice's own. */
  readonly volume: number
}

/**
 * Melody lies above the lowest pitch and grows with the range; this much of the lowest pitch on the median, measured over
 * Spanish and English voices. The lowest pitch makes up for it, so that a flat voice is not lower than it should be.
 */
const MELODY = 0.16

/** `wordsPerMinute` is the pace without prosody. */
export function espeakManner(
  wordsPerMinute: number,
  { rate, semitones, range, gainDb }: Prosody,
): EspeakManner {
  const lowest = (1 + MELODY) * 2 ** (semitones / 12) - MELODY * range
  return {
    wordsPerMinute: within(80, 450, wordsPerMinute * rate),
    pitch: within(0, 99, 50 + 50 * Math.log2(Math.max(0.5, lowest))),
    range: within(0, 99, 50 * range),
    volume: within(0, 200, 100 * 10 ** (gainDb / 20)),
  }
}

function within(least: number, most: number, value: number): number {
  return Math.round(Math.min(most, Math.max(least, value)))
}
