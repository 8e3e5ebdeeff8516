/**
 * How long this caller's pauses inside turns are: log-normal, as silent pauses are (Campione and Véronis, "A
 * large-scale multilingual study of silent pause duration", 2002). Begins with what is usual and learns from each pause.
 *
 * The usual: most pauses lie in their middle class of 200 to 1,000 ms. 450 ms is its centre on a logarithmic axis; it
 * is 400 here, as callers talk to an agent in shorter pieces than people tell stories, with a spread that leaves 3 % to
 * pauses over a second.
 */

import { normalQuantile } from './normal-quantile.js'

const usualMs = 400
const usualSpread = 0.5
/** Pauses that the usual counts for against the caller's own. */
const usualWeight = 3
/** The spread takes more pauses to know than the middle. */
const usualSpreadWeight = 8
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

  const centre = () => (usualWeight * Math.log(usualMs) + count * mean) / (usualWeight + count)
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
