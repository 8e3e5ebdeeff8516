/** How much of a sound lies in the low part of the spectrum: much for a hum, less for words, little for a hiss. */

import { createBiquad } from './biquad.js'

export interface LowShare {
  /** Takes sound in. */
  hear(samples: Int16Array): void
  /** Share of the power below the corner in what was heard since the last `take`, 0..1; 0 for silence. */
  take(): number
  reset(): void
}

export interface LowShareOptions {
  /** Hz of the samples. */
  readonly rate: number
  /** Corner in Hz. Default 500. */
  readonly hz?: number
}

export function createLowShare({ rate, hz = 500 }: LowShareOptions): LowShare {
  const filter = createBiquad({ kind: 'low-pass', hz, rate })
  let low = 0
  let all = 0
  return {
    hear(samples) {
      for (let i = 0; i < samples.length; i++) {
        const sample = samples[i] as number
        const smooth = filter.step(sample)
        low += smooth * smooth
        all += sample * sample
      }
    },
    take() {
      const share = all === 0 ? 0 : Math.min(1, low / all)
      low = 0
      all = 0
      return share
    },
    reset() {
      filter.reset()
      low = 0
      all = 0
    },
  }
}
