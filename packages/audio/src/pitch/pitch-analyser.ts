/**
 * The pitch of one voice as it comes: every hop one look at 44 ms of sound, its candidates, how likely each is, and the
 * likeliest way through them. Tuned on generated speech; `docs/prosody-accuracy.md` has what it reaches.
 */

import { createPlainFourier } from '../fourier/plain-fourier.js'
import type { MakeFourier } from '../fourier/real-fourier.js'
import { createLookQueue } from './look-queue.js'
import { createPitchCandidates, mostCandidates } from './pitch-candidates.js'
import type { PitchLook } from './pitch-look.js'
import { createPitchPath } from './pitch-path.js'
import { createPitchWindow, windowMs } from './pitch-window.js'

/** Hears one speaker. Synchronous; allocates nothing for a look. */
export interface PitchAnalyser {
  readonly rate: 8000 | 16000
  /** Time between looks, ms: 16, or 8 where it is to be accurate. */
  readonly hopMs: number
  /** What must have been heard beyond the middle of a window before its look is told, ms. */
  readonly delayMs: number
  /**
   * Any number of samples, of full scale 32,768 or 1. Samples that are no finite number count as 0. The look and its
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
  /** Default `createPlainFourier`; what `loadFastFourier` gives costs a third. */
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
  const candidates = createPitchCandidates(fourier(1024))
  const costs = new Float64Array(mostCandidates + 1)
  const path = createPitchPath({ ahead: 1, hopMs })
  const looks = createLookQueue(size / 2 + 1)
  const line = new Float32Array(length)
  const framed = new Float32Array(size)
  /** Where the next sample goes in the line; samples until the next look; looks begun. */
  const place = { next: 0, missing: length / 2, looks: 0 }

  const frame = (): void => {
    const { weights } = window
    let mean = 0
    for (let i = 0, from = place.next; i < length; i++) {
      const value = (line[from] as number) * (weights[i] as number)
      framed[i] = value
      mean += value
      from++
      if (from === length) from = 0
    }
    mean /= window.sum
    for (let i = 0; i < length; i++) framed[i] = (framed[i] as number) - mean * (weights[i] as number)
  }

  const look = (tell: (look: PitchLook) => void): void => {
    frame()
    const current = looks.next()
    current.atMs = place.looks * hopMs
    place.looks++
    transform.powerOf(framed, current.power)
    candidates.look(current.power)
    let best = 0
    for (let i = 0; i < candidates.count; i++) {
      const score = ((candidates.height[i] as number) + (candidates.evenHeight[i] as number)) / 2
      costs[i] = 1 - score
      if (score > best) best = score
    }
    costs[mostCandidates] = 1 - 0.45
    current.voicing = best
    path.step(candidates, costs)
    settle(tell)
  }

  const settle = (tell: (look: PitchLook) => void): void => {
    const settled = looks.previous()
    if (settled === undefined) return
    settled.hz = path.hz
    const height = Math.min(0.9999, Math.max(0.01, settled.voicing))
    settled.harmonicity = path.hz === 0 ? -20 : Math.max(-20, 10 * Math.log10(height / (1 - height)))
    tell(settled)
  }

  const hear = (samples: Int16Array | Float32Array, scale: number, tell: (look: PitchLook) => void): void => {
    for (let i = 0; i < samples.length; i++) {
      const sample = (samples[i] as number) * scale
      line[place.next] = sample - sample === 0 ? sample : 0
      place.next++
      if (place.next === length) place.next = 0
      place.missing--
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
      path.reset()
    },
  }
}
