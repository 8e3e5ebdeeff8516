/**
 * Ends words where their sound ends. A voice that tells when words begin, or how long its phones are planned, counts the
 * pause after a word to the word; but who is cut in that pause has heard it.
 */

import { SoundLevels } from './sound-levels.js'

export interface WordTime {
  readonly startMs: number
  readonly endMs: number
}

/** Shorter silences are closures of consonants. */
const LEAST_PAUSE_MS = 50
/** How far before its time the next word may begin to sound. */
const EARLY_MS = 45

/**
 * Times of words in order, in ms of the samples: the end of each that a pause follows is moved to where the pause begins.
 * Words of no length stay with the one before them.
 */
export function endWithSound(
  times: readonly WordTime[],
  { samples, rate }: { readonly samples: Int16Array; readonly rate: number },
): WordTime[] {
  const levels = new SoundLevels(rate)
  levels.hear(samples)
  const totalMs = (samples.length * 1000) / rate
  const ended: WordTime[] = []
  for (const [index, time] of times.entries()) {
    const { startMs, endMs } = time
    const before = ended.at(-1)
    if (endMs <= startMs) {
      ended.push(before === undefined ? time : { startMs: before.endMs, endMs: before.endMs })
      continue
    }
    const nextMs = times.slice(index + 1).find(each => each.endMs > each.startMs)?.startMs ?? totalMs
    const pause = levels
      .silences(startMs, nextMs, LEAST_PAUSE_MS)
      .findLast(({ fromMs, toMs }) => fromMs > startMs && toMs >= nextMs - EARLY_MS)
    ended.push({ startMs, endMs: pause === undefined ? endMs : Math.min(pause.fromMs, nextMs) })
  }
  return ended
}
