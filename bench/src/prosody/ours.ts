/** Our own track, told as the looks come. */

import { createPitchAnalyser, type MakeFourier, type PitchLook } from '@parley/audio'
import type { Sound } from './praat.js'
import type { Track } from './score.js'

export interface OwnOptions {
  readonly manner: 'fast' | 'accurate'
  readonly fourier?: MakeFourier
}

export function trackWithOurs({ samples, rate }: Sound, options: OwnOptions): Track {
  if (rate !== 8000 && rate !== 16_000) throw new RangeError(`Convert ${rate} Hz first.`)
  const analyser = createPitchAnalyser({ rate, ...options })
  const atMs: number[] = []
  const hz: number[] = []
  const tell = (look: PitchLook): void => {
    atMs.push(look.atMs)
    hz.push(look.hz)
  }
  for (let from = 0; from < samples.length; from += rate / 50) {
    analyser.hear(samples.subarray(from, from + rate / 50), tell)
  }
  analyser.end(tell)
  return { name: `ours, ${options.manner}`, atMs, hz }
}
