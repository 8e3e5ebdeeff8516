/**
 * The periods a spectrum may have: peaks of the correlation that belongs to its power between 50 and 3000 Hz, divided
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
  /** How many there are, and of each, the likeliest first: */
  count: number
  /** Hz, and its logarithm to the base of 2; */
  readonly hz: Float64Array
  readonly octaves: Float64Array
  /** height of its peak, 0..1; */
  readonly height: Float64Array
  /** height in the square-rooted spectrum, up to 1. */
  readonly evenHeight: Float64Array
}

export function createPitchCandidates(): PitchCandidates {
  const list = () => new Float64Array(mostCandidates + 1)
  return { count: 0, hz: list(), octaves: list(), height: list(), evenHeight: list() }
}

export interface PitchFinder {
  /** Looks at a spectrum: powers of bins of `binHz`, up to 3000 Hz at least. */
  find(power: Float32Array, candidates: PitchCandidates): void
}

const size = 1024
const lagRate = binHz * size
export const firstBin = 3
export const lastBin = Math.floor(3000 / binHz)
const shortestLag = Math.floor(lagRate / highestHz)
const longestLag = Math.ceil(lagRate / lowestHz)
/** A shorter period wins over its double by this much of a height for each octave. */
const octaveBonus = 0.03
const leastHeight = 0.15

/** @param fourier of 1024. */
export function createPitchFinder(fourier: RealFourier): PitchFinder {
  const band = new Float32Array(size / 2 + 1)
  const correlation = new Float32Array(longestLag + 2)
  const evenCorrelation = new Float32Array(longestLag + 2)
  const lags = Array.from({ length: longestLag + 2 }, (_, lag) => lag)
  const gains = Float64Array.from(lags, lag => 1 / windowCorrelation((lag * 1000) / lagRate))
  const costs = Float64Array.from(lags, lag => octaveBonus * Math.log2(Math.max(1, lag) / shortestLag))
  const rank = new Float64Array(mostCandidates + 1)

  const correlate = (into: Float32Array): void => {
    fourier.correlationOf(band, into)
    const whole = into[0] as number
    const scale = whole > 0 ? 1 / whole : 0
    for (let lag = shortestLag - 1; lag < gains.length; lag++) {
      into[lag] = (into[lag] as number) * scale * (gains[lag] as number)
    }
  }

  const put = (into: PitchCandidates, peak: Peak): void => {
    const { hz, height, evenHeight } = into
    let at = into.count
    while (at > 0 && (rank[at - 1] as number) < peak.rank) {
      hz[at] = hz[at - 1] as number
      height[at] = height[at - 1] as number
      evenHeight[at] = evenHeight[at - 1] as number
      rank[at] = rank[at - 1] as number
      at--
    }
    rank[at] = peak.rank
    hz[at] = peak.hz
    height[at] = peak.height
    evenHeight[at] = peak.even
    if (into.count < mostCandidates) into.count++
  }

  const peak: Peak = { rank: 0.5, hz: 0.5, height: 0.5, even: 0.5 }
  return {
    find(power, candidates) {
      candidates.count = 0
      for (let bin = firstBin; bin <= lastBin; bin++) band[bin] = power[bin] as number
      correlate(correlation)
      for (let bin = firstBin; bin <= lastBin; bin++) band[bin] = Math.sqrt(power[bin] as number)
      correlate(evenCorrelation)
      for (let lag = shortestLag; lag <= longestLag; lag++) {
        const middle = correlation[lag] as number
        const before = correlation[lag - 1] as number
        const after = correlation[lag + 1] as number
        if (middle < leastHeight || middle < before || middle <= after) continue
        const shift = (before - after) / (2 * (before - 2 * middle + after))
        peak.hz = lagRate / (lag + shift)
        peak.height = Math.min(1, middle - (shift * (before - after)) / 4)
        peak.even = Math.min(1, evenCorrelation[lag] as number)
        peak.rank = (peak.height + peak.even) / 2 - (costs[lag] as number)
        put(candidates, peak)
      }
      for (let i = 0; i < candidates.count; i++) candidates.octaves[i] = Math.log2(candidates.hz[i] as number)
    },
  }
}

interface Peak {
  rank: number
  hz: number
  height: number
  even: number
}
