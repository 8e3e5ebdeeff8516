/** What a voice does, as our own ear measures it: pace, pitch, how far pitch strays, level. */

import { createPitchTracker, measureLevel } from '@parley/audio'

export interface Melody {
  readonly durationMs: number
  /** Median, semitones above 100 Hz. */
  readonly semitones: number
  /** Between the lowest and the highest tenth, semitones. */
  readonly range: number
  readonly rmsDbfs: number
}

const RATE = 16_000
const HOP = 160

/** Of speech at 16 kHz. */
export function melodyOf(samples: Int16Array): Melody {
  const tracker = createPitchTracker({ rate: RATE })
  const pitches: number[] = []
  for (let at = 0; at + HOP <= samples.length; at += HOP) {
    tracker.hear(samples.subarray(at, at + HOP))
    tracker.analyse()
    if (tracker.hz > 0 && tracker.voicing > 0.8) pitches.push(12 * Math.log2(tracker.hz / 100))
  }
  pitches.sort((one, other) => one - other)
  const at = (share: number) => pitches[Math.floor(share * (pitches.length - 1))] ?? 0
  return {
    durationMs: samples.length / 16,
    semitones: at(0.5),
    range: at(0.9) - at(0.1),
    rmsDbfs: measureLevel(samples).rmsDbfs,
  }
}
