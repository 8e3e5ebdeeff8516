/**
 * How a voice was over some stretch of it: pitch, how far it strays, level, how even that is, tilt. Either of all since
 * the last reset, as for an utterance, or with what is older slowly forgotten, as for the present moment.
 */

import { createPitchHistogram } from './pitch-histogram.js'
import type { VoiceLook } from './voice-look.js'

export interface VoiceTally {
  /** Takes a voiced look in. */
  add(look: VoiceLook): void
  /** How much voice it is made of, ms. */
  voicedMs(): number
  /** Pitch under which lies this share, Hz; 0 before any. */
  pitchAt(share: number): number
  /** Fills in what a speaker's habit is made of, in the order of `habitCues`. */
  fill(values: Float64Array, syllableRate: number): void
  reset(): void
}

export const semitonesAbove100 = (hz: number): number => 12 * Math.log2(hz / 100)

const outerShare = 0.05

/** @param halfLifeMs Voice after which what was heard before counts half; infinite to forget nothing. */
export function createVoiceTally(hopMs: number, halfLifeMs: number): VoiceTally {
  const pitches = createPitchHistogram(halfLifeMs)
  const keep = 2 ** (-hopMs / halfLifeMs)
  const sums = { weight: 0.5, level: 0.5, square: 0.5, tilt: 0.5 }
  const mean = (sum: number): number => (sums.weight > 0 ? sum / sums.weight : 0)

  const spread = (): number => {
    const level = mean(sums.level)
    return Math.sqrt(Math.max(0, mean(sums.square) - level * level))
  }

  const reset = (): void => {
    pitches.reset()
    sums.weight = 0
    sums.level = 0
    sums.square = 0
    sums.tilt = 0
  }
  reset()

  return {
    add(look) {
      pitches.add(look.hz, hopMs)
      sums.weight = sums.weight * keep + hopMs
      sums.level = sums.level * keep + look.levelDb * hopMs
      sums.square = sums.square * keep + look.levelDb * look.levelDb * hopMs
      sums.tilt = sums.tilt * keep + look.tilt * hopMs
    },
    voicedMs: () => sums.weight,
    pitchAt: pitches.quantile,
    fill(values, syllableRate) {
      if (sums.weight <= 0) {
        values.fill(0)
        return
      }
      values[0] = semitonesAbove100(pitches.quantile(0.5))
      values[1] = 12 * Math.log2(pitches.quantile(1 - outerShare) / pitches.quantile(outerShare))
      values[2] = mean(sums.level)
      values[3] = syllableRate
      values[4] = mean(sums.tilt)
      values[5] = spread()
    },
    reset,
  }
}
