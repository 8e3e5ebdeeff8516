/** How much of a sound lies in the low part of the spectrum: much for a hum, less for words, little for a hiss. */

import { createBiquad } from './biquad.js'
import { createBlock } from './block.js'

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
  const block = createBlock()
  /** Powers of the low part and of all. */
  const powers = new Float64Array(2)
  return {
    hear(samples) {
      const smooth = block.fill(samples)
      filter.run(smooth, samples.length)
      let low = 0
      let all = 0
      for (let i = 0; i < samples.length; i++) {
        low += (smooth[i] as number) ** 2
        all += (samples[i] as number) ** 2
      }
      powers[0] = (powers[0] as number) + low
      powers[1] = (powers[1] as number) + all
    },
    take() {
      const [low = 0, all = 0] = powers
      powers.fill(0)
      return all === 0 ? 0 : Math.min(1, low / all)
    },
    reset() {
      filter.reset()
      powers.fill(0)
    },
  }
}
