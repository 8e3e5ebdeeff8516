/**
 * What is compared of two sounds to tell whether one is the other coming back: 250–1600 Hz at 4 kHz, tilted so that a
 * voice is nearly flat in it. Every telephone and loudspeaker passes this band, and it is cheap to work on. Input of
 * any rate; the same line for the same sound whatever its rate, but for a fraction of a sample.
 */

import { createBiquad } from '../biquad.js'

/** Hz of the narrow line. */
export const narrowRate = 4000
export const narrowPerMs = narrowRate / 1000

export interface NarrowLine {
  /** Filters the samples and gives each sample of the line they complete. */
  hear(samples: Int16Array, take: (sample: number) => void): void
  reset(): void
}

const lowHz = 250
const highHz = 1600
const tilt = 0.7

/** @throws RangeError for a rate below 4000 Hz. */
export function createNarrowLine(rate: number): NarrowLine {
  if (!(rate >= narrowRate)) {
    throw new RangeError(`A narrow line is made of ${narrowRate} Hz or more, not of ${rate} Hz.`)
  }
  const high = createBiquad({ kind: 'high-pass', hz: lowHz, rate })
  const low = createBiquad({ kind: 'low-pass', hz: highHz, rate, q: 0.541 })
  const low2 = createBiquad({ kind: 'low-pass', hz: highHz, rate, q: 1.307 })
  const step = rate / narrowRate
  let previous = 0
  let until = step
  let last = 0
  return {
    hear(samples, take) {
      for (let i = 0; i < samples.length; i++) {
        const smooth = low2.step(low.step(high.step(samples[i] as number)))
        until--
        if (until <= 0) {
          const picked = smooth + until * (smooth - previous)
          take(picked - tilt * last)
          last = picked
          until += step
        }
        previous = smooth
      }
    },
    reset() {
      high.reset()
      low.reset()
      low2.reset()
      previous = 0
      until = step
      last = 0
    },
  }
}
