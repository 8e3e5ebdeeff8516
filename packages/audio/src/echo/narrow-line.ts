/**
 * What is compared of two sounds to tell whether one is the other coming back: 250–1600 Hz at 4 kHz, tilted so that a
 * voice is nearly flat in it. Every telephone and loudspeaker passes this band, and it is cheap to work on. Input of
 * any rate; the same line for the same sound whatever its rate, but for a fraction of a sample.
 */

import { createBiquad } from '../biquad.js'
import { createBlock } from '../block.js'

/** Hz of the narrow line. */
export const narrowRate = 4000
export const narrowPerMs = narrowRate / 1000

export interface NarrowLine {
  /** Filters the samples; the samples of the line they complete stand in `out` afterwards. Returns how many. */
  hear(samples: Int16Array): number
  /** Valid until the next call; a new array when blocks become longer. */
  readonly out: Float64Array
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
  const block = createBlock()
  /** The last filtered sample, the last one picked, and how many samples on the next is picked. */
  const state = new Float64Array([0, 0, step])
  let out = new Float64Array(0)

  const pick = (smooth: Float64Array, count: number): number => {
    let [previous = 0, last = 0, until = 0] = state
    let picked = 0
    for (let i = 0; i < count; i++) {
      const sample = smooth[i] as number
      until--
      if (until <= 0) {
        const value = sample + until * (sample - previous)
        out[picked] = value - tilt * last
        picked++
        last = value
        until += step
      }
      previous = sample
    }
    state[0] = previous
    state[1] = last
    state[2] = until
    return picked
  }

  return {
    get out() {
      return out
    },
    hear(samples) {
      const smooth = block.fill(samples)
      if (out.length < smooth.length) out = new Float64Array(smooth.length)
      high.run(smooth, samples.length)
      low.run(smooth, samples.length)
      low2.run(smooth, samples.length)
      return pick(smooth, samples.length)
    },
    reset() {
      high.reset()
      low.reset()
      low2.reset()
      state.set([0, 0, step])
    },
  }
}
