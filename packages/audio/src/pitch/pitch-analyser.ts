/**
 * The pitch of one voice as it comes: every hop one look at 44 ms of sound, its candidates, how likely each is, and the
 * likeliest way through them. Tuned on generated speech; `docs/prosody-accuracy.md` has what it reaches.
 */

import { createPlainFourier } from '../fourier/plain-fourier.js'
import type { MakeFourier } from '../fourier/real-fourier.js'
import { createLookQueue, type OpenLook } from './look-queue.js'
import { createPitchFinder, mostCandidates } from './pitch-candidates.js'
import type { PitchLook } from './pitch-look.js'
import { createPitchPath } from './pitch-path.js'
import { createPricing } from './pitch-pricing.js'
import { measureLevel } from './pitch-voicing.js'
import { createPitchWindow, windowMs } from './pitch-window.js'

/** Hears one speaker. Synchronous; allocates next to nothing for a look (some tens of bytes). */
export interface PitchAnalyser {
  readonly rate: 8000 | 16000
  /** Time between looks, ms: 16, or 8 where it is to be accurate. */
  readonly hopMs: number
  /** What must have been heard beyond the middle of a window before its look is told, ms. */
  readonly delayMs: number
  /**
   * Any number of samples, of full scale 32,768 or 1. Samples that are no number count as 0, those over full scale
   * as full scale. The look and its
   * `power` are valid only during the call of `tell`.
   */
  hear(samples: Int16Array | Float32Array, tell: (look: PitchLook) => void): void
  /** No more will come: the looks whose middle was heard are told, silence standing in for what is missing. */
  end(tell: (look: PitchLook) => void): void
  /** As if new: another speaker. */
  reset(): void
}

export interface PitchAnalyserOptions {
  /** Hz of the samples. */
  readonly rate: 8000 | 16000
  /** `accurate` looks every 8 ms in the place of 16 and costs twice as much. Default `fast`. */
  readonly manner?: 'fast' | 'accurate'
  /** Default `createPlainFourier`; with what `loadFastFourier` gives a look costs about half. */
  readonly fourier?: MakeFourier
}

/** @throws RangeError for a rate other than 8000 and 16000. */
export function createPitchAnalyser(options: PitchAnalyserOptions): PitchAnalyser {
  const { rate, manner = 'fast', fourier = createPlainFourier } = options
  if (rate !== 8000 && rate !== 16000) {
    throw new RangeError(
      `Pitch is analysed at 8000 or 16000 Hz, not at ${rate} Hz; convert the samples first.`,
    )
  }
  const hopMs = manner === 'accurate' ? 8 : 16
  const hop = (hopMs * rate) / 1000
  const length = (windowMs * rate) / 1000
  const size = (1024 * rate) / 16000
  const transform = fourier(size)
  const window = createPitchWindow(rate, size)
  const finder = createPitchFinder(fourier(1024))
  const pricing = createPricing(hopMs)
  const path = createPitchPath(hopMs)
  const looks = createLookQueue({ bins: size / 2 + 1, hopMs })
  const line = new Float32Array(length)
  const framed = new Float32Array(size)
  /** Where the next sample goes in the line; samples until the next look; looks begun. */
  const place = { next: 0, missing: length / 2, looks: 0 }

  const frame = (): void => {
    const { weights } = window
    let mean = 0
    // The line is a ring: from the oldest sample to its end, then from its start.
    const older = length - place.next
    for (let i = 0, from = place.next; i < older; i++, from++) {
      const value = (line[from] as number) * (weights[i] as number)
      framed[i] = value
      mean += value
    }
    for (let i = older, from = 0; i < length; i++, from++) {
      const value = (line[from] as number) * (weights[i] as number)
      framed[i] = value
      mean += value
    }
    mean /= window.sum
    for (let i = 0; i < length; i++) framed[i] = (framed[i] as number) - mean * (weights[i] as number)
  }

  const look = (tell: (look: PitchLook) => void): void => {
    looks.turn()
    const { newest, settling } = looks
    frame()
    newest.atMs = place.looks * hopMs
    place.looks++
    transform.powerOf(framed, newest.power)
    finder.find(newest.power, newest.candidates)
    measureLevel(newest.power, newest.candidates, newest)
    pricing.heard(newest)
    if (!looks.ready) return
    pricing.price(looks)
    settle(settling, path.settle(pricing.settling, pricing.newest))
    tell(settling)
  }

  const settle = (look: OpenLook, state: number): void => {
    const { candidates } = look
    const voiced = state !== mostCandidates
    look.voicing = pricing.voicing
    look.hz = voiced ? (candidates.hz[state] as number) : 0
    look.harmonicity = voiced ? harmonicityOf(candidates.height[state] as number) : -20
    pricing.settled(look)
  }

  const hear = (samples: Int16Array | Float32Array, scale: number, tell: (look: PitchLook) => void): void => {
    for (let from = 0; from < samples.length; ) {
      const until = Math.min(samples.length, from + place.missing)
      let next = place.next
      for (let i = from; i < until; i++) {
        const sample = (samples[i] as number) * scale
        line[next] = sample > 1 ? 1 : sample < -1 ? -1 : Number.isNaN(sample) ? 0 : sample
        next = next + 1 === length ? 0 : next + 1
      }
      place.next = next
      place.missing -= until - from
      from = until
      if (place.missing > 0) continue
      place.missing = hop
      look(tell)
    }
  }

  return {
    rate,
    hopMs,
    delayMs: windowMs / 2 + hopMs,
    hear(samples, tell) {
      hear(samples, samples instanceof Int16Array ? 1 / 32_768 : 1, tell)
    },
    end(tell) {
      hear(new Float32Array(length / 2 + hop - 1), 1, tell)
    },
    reset() {
      line.fill(0)
      place.next = 0
      place.missing = length / 2
      place.looks = 0
      looks.reset()
      pricing.reset()
      path.reset()
    },
  }
}

/** Harmonics to noise of a normalised correlation (Boersma 1993, eq. 4), dB. */
function harmonicityOf(height: number): number {
  const part = Math.min(0.9999, Math.max(0.0099, height))
  return 10 * Math.log10(part / (1 - part))
}
