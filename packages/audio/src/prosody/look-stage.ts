/** From samples of any rate to looks at the voice: the lower rate, pitch, and the shape of the spectrum. */

import { createPitchAnalyser } from '../pitch/pitch-analyser.js'
import type { PitchLook } from '../pitch/pitch-look.js'
import type { CheckedProsodyOptions } from './prosody-options.js'
import { createRateStage } from './rate-stage.js'
import { createSpectrumShape } from './spectrum-shape.js'
import { createVoiceLooks, type VoiceLook, type VoiceLooks } from './voice-look.js'

export interface LookStage {
  /** Time between looks, ms. */
  readonly hopMs: number
  /** What must have been heard beyond the middle of a frame for the look that is nearest to it, ms. */
  readonly delayMs: number
  /** Samples, at the rate of the input, until the next look. */
  untilLook(): number
  /** Takes `count` samples in, not more than `untilLook` and `mostSamples`. */
  hear(samples: Float64Array, count: number): void
  /** The last few of them. */
  readonly looks: VoiceLooks
  reset(): void
}

/** Looks that are remembered. */
const kept = 16
/** Most samples that may be taken in at once. */
export const mostSamples = 1024

/** @param tell Called with each look; it is used again 16 looks later. */
export function createLookStage(options: CheckedProsodyOptions, tell: (look: VoiceLook) => void): LookStage {
  const { rate, frameSize, hopSize, manner, fourier } = options
  const innerRate = rate >= 16_000 ? 16_000 : 8_000
  const lower = createRateStage({ fromRate: rate, toRate: innerRate })
  const pitch = createPitchAnalyser({ rate: innerRate, manner, fourier })
  const shape = createSpectrumShape(binHz, innerRate / 2 / binHz + 1)
  const looks = createVoiceLooks(kept)
  const inner = createViews(mostSamples)
  const samplesIn = (ms: number) => Math.round((ms * innerRate) / 1000)
  const hop = samplesIn(pitch.hopMs)
  const middle = Math.round((frameSize * innerRate) / rate / 2)
  /** Silence before the first sample, so that looks fall on the middles of frames if hops allow it. */
  const lead = (hop - (middle % hop)) % hop
  const onMiddles = Number.isInteger((hopSize * innerRate) / rate / hop)
  const conversionMs = ((lower.needed(1) - 1) * 1000) / rate
  const state = { heard: 0, due: 0 }

  const takeLook = (look: PitchLook): void => {
    const next = looks.next()
    next.atMs = look.atMs - (lead * 1000) / innerRate
    next.hz = look.hz
    next.voicing = look.voicing
    next.harmonicity = look.harmonicity
    shape.look(look.power, next)
    tell(next)
  }

  const schedule = (): void => {
    while (lower.needed(state.due) <= state.heard) state.due += hop
  }

  const reset = (): void => {
    lower.reset()
    pitch.reset()
    looks.reset()
    pitch.hear(new Float32Array(lead), takeLook)
    state.heard = 0
    state.due = samplesIn(pitch.delayMs) - lead
    schedule()
  }
  reset()

  return {
    hopMs: pitch.hopMs,
    delayMs: pitch.delayMs + conversionMs + (onMiddles ? 0 : pitch.hopMs / 2),
    looks,
    untilLook: () => lower.needed(state.due) - state.heard,
    hear(samples, count) {
      const made = lower.run(samples, count, inner.buffer)
      pitch.hear(inner.of(made), takeLook)
      state.heard += count
      schedule()
    },
    reset,
  }
}

/** A transform has 1024 points at 16 kHz and half of them at 8 kHz. */
const binHz = 16_000 / 1024

/**
 * Views of one buffer by their length. A view costs memory, and a steady stream comes in a few lengths only: they are
 * kept, one for each remainder.
 */
function createViews(most: number) {
  const buffer = new Float32Array(most)
  const views = Array.from({ length: keptViews }, () => buffer.subarray(0, 0))
  return {
    buffer,
    of(length: number): Float32Array {
      const place = length % keptViews
      const known = views[place] as Float32Array
      if (known.length === length) return known
      const made = buffer.subarray(0, length)
      views[place] = made
      return made
    },
  }
}

/** A prime, since lengths are often multiples of the same. */
const keptViews = 37
