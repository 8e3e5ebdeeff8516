/** How high a pitch is for this speaker, where nobody tells: against a slow mean of its logarithm. */
export interface PitchHeight {
  /** log2 of Hz; undefined before the first voiced moment. */
  mean: number | undefined
  heardMs: number
}

/** It settles within the first second and drifts over some ten. */
const SETTLES_MS = 300
const DRIFTS_MS = 8_000

export const createPitchHeight = (): PitchHeight => ({ mean: undefined, heardMs: 0 })

/** Semitones above the mean so far; `pitchHz` above 0. */
export function semitonesOf(height: PitchHeight, pitchHz: number, stepMs: number): number {
  const pitch = Math.log2(pitchHz)
  height.mean ??= pitch
  height.heardMs += stepMs
  const spanMs = Math.min(DRIFTS_MS, Math.max(SETTLES_MS, height.heardMs))
  height.mean += (pitch - height.mean) * (1 - Math.exp(-stepMs / spanMs))
  return 12 * (pitch - height.mean)
}
