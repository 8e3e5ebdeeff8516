/**
 * Pitches that were heard, in cells of a tenth of a semitone, older ones slowly forgotten: medians and ranges from
 * memory that never grows and that no single octave error moves.
 */

import { highestHz, lowestHz } from '../pitch/pitch-candidates.js'

export interface PitchHistogram {
  /** Takes a pitch of 55–640 Hz in, with a weight; others fall to the nearest. */
  add(hz: number, weight: number): void
  /** Pitch under which lies this share of what is remembered, Hz; 0 before any. */
  quantile(share: number): number
  reset(): void
}

const cellsAnOctave = 120
const cells = Math.ceil(cellsAnOctave * Math.log2(highestHz / lowestHz)) + 1
/** Weights grow where old ones should shrink, and all are brought down when they have grown by this. */
const mostGrowth = 1e9

/** @param halfLife Weight after which what was heard before counts half; infinite to forget nothing. */
export function createPitchHistogram(halfLife: number): PitchHistogram {
  const weights = new Float64Array(cells)
  const state = { total: 0.5, growth: 1.5 }

  const bringDown = (): void => {
    for (let i = 0; i < cells; i++) weights[i] = (weights[i] as number) / state.growth
    state.total /= state.growth
    state.growth = 1
  }

  const reset = (): void => {
    weights.fill(0)
    state.total = 0
    state.growth = 1
  }
  reset()

  return {
    add(hz, weight) {
      const place = Math.round(cellsAnOctave * Math.log2(hz / lowestHz))
      const cell = Math.max(0, Math.min(cells - 1, place))
      if (halfLife !== Number.POSITIVE_INFINITY) state.growth *= 2 ** (weight / halfLife)
      weights[cell] = (weights[cell] as number) + weight * state.growth
      state.total += weight * state.growth
      if (state.growth > mostGrowth) bringDown()
    },
    quantile(share) {
      if (state.total <= 0) return 0
      const wanted = state.total * share
      let below = 0
      for (let cell = 0; cell < cells; cell++) {
        const own = weights[cell] as number
        if (own > 0 && below + own >= wanted) {
          const within = Math.max(0, Math.min(1, (wanted - below) / own)) - 0.5
          return lowestHz * 2 ** ((cell + within) / cellsAnOctave)
        }
        below += own
      }
      return highestHz
    },
    reset,
  }
}
