/**
 * Prosody as flite's own features: the length of its phones, a factor on its pitch, and how far pitch strays. Times of
 * words come from the same run, so they stay right.
 */

import type { Speaker } from './speaker.js'

/**
 * How far each voice's pitch strays by itself, Hz (standard deviation): at this number the program makes the very samples
 * it makes without it. The voice `rms` makes its pitch in another way and takes neither this nor the factor: it changes
 * only in pace and level.
 */
const strayHz: Readonly<Record<string, number>> = { slt: 27, awb: 25, kal16: 11 }

/** What voices set for the length of phones by themselves, where it is not 1. */
const ownStretch: Readonly<Record<string, number>> = { kal16: 1.1 }

/** Arguments of the program for a speaker. */
export function mannerArguments({ voice, prosody }: Speaker): string[] {
  if (prosody === undefined) return []
  const { rate, semitones, range } = prosody
  const own = strayHz[voice]
  return [
    ...(rate === 1 ? [] : feature('duration_stretch', (ownStretch[voice] ?? 1) / rate)),
    ...(semitones === 0 || own === undefined ? [] : feature('f0_shift', 2 ** (semitones / 12))),
    ...(range === 1 || own === undefined ? [] : feature('int_f0_target_stddev', own * range)),
  ]
}

function feature(name: string, value: number): string[] {
  return ['--setf', `${name}=${value.toFixed(4)}`]
}
