/**
 * Where an answer goes on that broke off. Its words were told before their sound: what was told and did not sound is said
 * again, and not told again.
 */

import { createTextJoin } from '../failover/join-text.js'
import type { SpeakingPace } from '../failover/speaking-pace.js'
import { writtenWords } from '../failover/written-words.js'
import type { Making } from './talk.js'

/** How much longer than expected all of the words may take and still have sounded. */
const SLACK = 1.1

/** The words that sounded; those behind them are expected again. */
export function breakOff(making: Making, pace: SpeakingPace): string {
  const { said, saidMs } = making
  const sounded = said.slice(0, soundedChars(said, saidMs, pace))
  const rest = said.slice(sounded.length)
  making.join = rest.trim() === '' ? undefined : createTextJoin(rest)
  return sounded.trim()
}

/** Silent answers have no sound to wait for. */
function soundedChars(text: string, ms: number, pace: SpeakingPace): number {
  const words = writtenWords(text)
  if (ms === 0 || pace.msOf(words) <= ms * SLACK) return text.length
  const unsounded = words.findIndex((_, at) => pace.msOf(words.slice(0, at + 1)) > ms)
  return words[unsounded]?.start ?? text.length
}
