/** A gain that moves to its target in a straight line, so that ducking never clicks. Runs on the audio thread. */

export interface GainRamp {
  /** Moves to `gain` (1 = unchanged) over the ramp's whole length. */
  to(gain: number): void
  apply(samples: Float32Array, count: number): void
}

export function createGainRamp(lengthSamples: number): GainRamp {
  let gain = 1
  let target = 1
  let perSample = 0
  return {
    to(next) {
      target = next
      perSample = (target - gain) / Math.max(1, lengthSamples)
    },
    apply(samples, count) {
      if (gain === 1 && target === 1) return
      for (let i = 0; i < count; i++) {
        if (gain !== target) {
          gain += perSample
          if (Math.abs(target - gain) <= Math.abs(perSample)) gain = target
        }
        samples[i] = (samples[i] ?? 0) * gain
      }
    },
  }
}

/** A change in dB as a factor of amplitude. */
export function dbToGain(db: number): number {
  return 10 ** (db / 20)
}
