/**
 * The periods a spectrum may have: peaks of the correlation that belongs to its power between 60 and 3000 Hz, divided
 * by the window's own (Boersma 1993), each seen a second time in the correlation of its square root, in which strong
 * harmonics and formants weigh less. Spectra of 8 and 16 kHz have the same bins and go the same way.
 */

import type { RealFourier } from '../fourier/real-fourier.js'
import { windowCorrelation } from './pitch-window.js'

export const mostCandidates = 7
/** Distance of the bins: of 1024 samples at 16 kHz, or 512 at 8 kHz. */
export const binHz = 15.625
export const lowestHz = 55
export const highestHz = 640

export interface PitchCandidates {
  /** How many there are. */
  readonly count: number
  /** Of each, the best first: Hz; height of its peak, 0..1; height in the square-rooted spectrum, 0..1. */
  readonly hz: Float64Array
  readonly height: Float64Array
  readonly evenHeight: Float64Array
  /** Looks at a spectrum: powers of bins of `binHz`, up to 3000 Hz at least. */
  look(power: Float32Array): void
}

const size = 1024
const lagRate = binHz * size
const firstBin = 3
const lastBin = Math.floor(3000 / binHz)
const shortestLag = Math.floor(lagRate / highestHz)
const longestLag = Math.ceil(lagRate / lowestHz)
/** A shorter period wins over its double by this much of a height for each octave. */
const octaveBonus = 0.03
const leastHeight = 0.15

/** @param fourier of 1024. */
export function createPitchCandidates(fourier: RealFourier): PitchCandidates {
  const band = new Float32Array(size / 2 + 1)
  const correlation = new Float32Array(size / 2 + 1)
  const evenCorrelation = new Float32Array(size / 2 + 1)
  const gains = Float64Array.from(
    { length: longestLag + 2 },
    (_, lag) => 1 / windowCorrelation((lag * 1000) / lagRate),
  )
  const hz = new Float64Array(mostCandidates + 1)
  const height = new Float64Array(mostCandidates + 1)
  const evenHeight = new Float64Array(mostCandidates + 1)
  const rank = new Float64Array(mostCandidates + 1)
  let count = 0

  const correlate = (into: Float32Array): void => {
    fourier.correlationOf(band, into)
    const whole = into[0] as number
    const scale = whole > 0 ? 1 / whole : 0
    for (let lag = 1; lag < gains.length; lag++) {
      into[lag] = (into[lag] as number) * scale * (gains[lag] as number)
    }
  }

  const put = (lag: number, top: number, even: number): void => {
    const score = top - octaveBonus * Math.log2(lag / shortestLag)
    let at = Math.min(count, mostCandidates)
    while (at > 0 && (rank[at - 1] as number) < score) {
      hz[at] = hz[at - 1] as number
      height[at] = height[at - 1] as number
      evenHeight[at] = evenHeight[at - 1] as number
      rank[at] = rank[at - 1] as number
      at--
    }
    rank[at] = score
    hz[at] = lagRate / lag
    height[at] = top
    evenHeight[at] = even
    if (count < mostCandidates) count++
  }

  return {
    hz,
    height,
    evenHeight,
    get count() {
      return count
    },
    look(power) {
      count = 0
      for (let bin = firstBin; bin <= lastBin; bin++) band[bin] = power[bin] as number
      correlate(correlation)
      for (let bin = firstBin; bin <= lastBin; bin++) band[bin] = Math.sqrt(power[bin] as number)
      correlate(evenCorrelation)
      for (let lag = shortestLag; lag <= longestLag; lag++) {
        const middle = correlation[lag] as number
        const before = correlation[lag - 1] as number
        const after = correlation[lag + 1] as number
        if (middle < leastHeight || middle < before || middle <= after) continue
        const bend = before - 2 * middle + after
        const shift = (before - after) / (2 * bend)
        put(lag + shift, Math.min(1, middle - (shift * (before - after)) / 4), evenCorrelation[lag] as number)
      }
    },
  }
}
