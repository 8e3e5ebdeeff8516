/**
 * How long this caller's pauses inside turns are: log-normal, as silent pauses are (Campione and Véronis, "A
 * large-scale multilingual study of silent pause duration", 2002). Begins with what is usual and learns from each pause.
 *
 * The usual: their middle class lies between 200 and 1,000 ms, so its centre on a logarithmic axis is 450 ms; the
 * spread leaves a tenth to the long pauses over 1,000 ms, which they find in spontaneous speech only.
 */

import { normalQuantile } from './normal-quantile.js'

const usualMs = 450
const usualSpread = 0.62
/** Pauses that the usual counts for against the caller's own. */
const usualWeight = 4
/** The spread takes more pauses to know than the middle. */
const usualSpreadWeight = 12
/** A silence longer than this is no pause inside a turn, whoever speaks next. */
const longestMs = 3_000
/** Pauses after which the oldest count less: habits change within a call. */
const memory = 24

export interface PauseHabits {
  /** A pause inside a turn was this long. */
  learn(pauseMs: number): void
  /** Half of the pauses are shorter, ms. */
  readonly medianMs: number
  /** The pause than which a share of pauses is longer, ms; 0 < share < 1. */
  exceededBy(share: number): number
}

export function createPauseHabits(): PauseHabits {
  let count = 0
  let mean = 0
  let squares = 0

  const centre = () =>
    (usualWeight * Math.log(usualMs) + count * mean) / (usualWeight + count)
  const spread = () =>
    Math.sqrt((usualSpreadWeight * usualSpread ** 2 + squares) / (usualSpreadWeight + count))

  return {
    learn(pauseMs) {
      if (!(pauseMs > 0 && pauseMs <= longestMs)) return
      if (count === memory) {
        squares *= (count - 1) / count
        count--
      }
      const value = Math.log(pauseMs)
      count++
      const before = value - mean
      mean += before / count
      squares += before * (value - mean)
    },
    get medianMs() {
      return Math.exp(centre())
    },
    exceededBy: share => Math.exp(centre() + spread() * normalQuantile(1 - share)),
  }
}
