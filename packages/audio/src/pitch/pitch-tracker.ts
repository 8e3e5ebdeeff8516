/**
 * The fundamental frequency of a voice, by normalised autocorrelation of the last 40 ms at 4 kHz (after
 * P. Boersma, IFA Proceedings 17, 1993, without the window and the path search). Samples are taken in as they come;
 * the analysis runs when it is asked for, so that silence need not pay for it.
 */

import { createBiquad } from '../biquad.js'
import { createBlock } from '../block.js'

export interface PitchTracker {
  /** Takes sound in. */
  hear(samples: Int16Array): void
  /** Looks at the last 40 ms; sets `hz` and `voicing`. */
  analyse(): void
  /** Fundamental in Hz, 70–400; 0 where `voicing` is below 0.4. */
  readonly hz: number
  /** How well the sound repeats itself at that period, 0..1. */
  readonly voicing: number
  reset(): void
}

export interface PitchTrackerOptions {
  /** Hz of the samples: 8000 or 16000. */
  readonly rate: number
}

const lowHz = 70
const highHz = 400
const innerRate = 4000
const windowSamples = (40 * innerRate) / 1000
const shortestLag = Math.floor(innerRate / highHz) - 1
const longestLag = Math.ceil(innerRate / lowHz) + 1
/** A shorter period wins if it is this nearly as good: twice the period is always as good for a steady voice. */
const octaveGuard = 0.87
const leastVoicing = 0.4
/** Mean power under which there is nothing to analyse, in squared sample values. */
const silentPower = 4

/** @throws RangeError for a rate that is no whole multiple of 4000 Hz. */
export function createPitchTracker({ rate }: PitchTrackerOptions): PitchTracker {
  const factor = rate / innerRate
  if (!Number.isInteger(factor)) {
    throw new RangeError(`Pitch is tracked at whole multiples of ${innerRate} Hz, not at ${rate} Hz.`)
  }
  const low = createBiquad({ kind: 'low-pass', hz: 900, rate })
  const high = createBiquad({ kind: 'high-pass', hz: 60, rate: innerRate })
  const block = createBlock()
  const ring = new Float64Array(windowSamples)
  const line = new Float64Array(windowSamples)
  const scores = new Float64Array(longestLag + 1)
  let next = 0
  let phase = 0
  let hz = 0
  let voicing = 0

  const straighten = (): number => {
    let power = 0
    for (let i = 0; i < windowSamples; i++) {
      const sample = ring[(next + i) % windowSamples] as number
      line[i] = sample
      power += sample * sample
    }
    return power
  }

  /** Correlations of the overlapping parts at every lag, each by the power of its own two parts. */
  const correlate = (power: number): number => {
    let head = power
    let tail = power
    let best = 0
    for (let lag = 1; lag <= longestLag; lag++) {
      head -= (line[windowSamples - lag] as number) ** 2
      tail -= (line[lag - 1] as number) ** 2
      if (lag < shortestLag) continue
      let sum = 0
      for (let i = lag; i < windowSamples; i++) sum += (line[i] as number) * (line[i - lag] as number)
      const score = sum / Math.sqrt(Math.max(1, head * tail))
      scores[lag] = score
      if (score > best && lag > shortestLag && lag < longestLag) best = score
    }
    return best
  }

  const choose = (best: number): void => {
    for (let lag = shortestLag + 1; lag < longestLag; lag++) {
      const score = scores[lag] as number
      const before = scores[lag - 1] as number
      const after = scores[lag + 1] as number
      if (score < best * octaveGuard || score < before || score < after) continue
      const bend = before - 2 * score + after
      const shift = bend < 0 ? (before - after) / (2 * bend) : 0
      voicing = Math.min(1, score - (shift * (before - after)) / 4)
      hz = voicing < leastVoicing ? 0 : innerRate / (lag + shift)
      return
    }
  }

  return {
    get hz() {
      return hz
    },
    get voicing() {
      return voicing
    },
    hear(samples) {
      const smooth = block.fill(samples)
      low.run(smooth, samples.length)
      let kept = 0
      for (let i = 0; i < samples.length; i++) {
        phase++
        if (phase < factor) continue
        phase = 0
        smooth[kept] = smooth[i] as number
        kept++
      }
      high.run(smooth, kept)
      for (let i = 0; i < kept; i++) {
        ring[next] = smooth[i] as number
        next++
        if (next === windowSamples) next = 0
      }
    },
    analyse() {
      hz = 0
      voicing = 0
      const power = straighten()
      if (power < silentPower * windowSamples) return
      const best = correlate(power)
      if (best > 0) choose(best)
    },
    reset() {
      low.reset()
      high.reset()
      ring.fill(0)
      next = 0
      phase = 0
      hz = 0
      voicing = 0
    },
  }
}
