/** A face for sound that is at hand as samples, such as `synthesize()` gives: loudness and brightness of each moment. */
import type { FaceInput, ProsodyEmotion } from '../face/face-types.js'

export interface SpokenFace {
  readonly durationMs: number
  /** What is said at this place of the sound; silence outside of it. */
  at(placeMs: number): FaceInput
}

const STEP_MS = 20
const RANGE_DB = 60
/** What is quieter (−42 dBFS) is a pause. */
const SPEAKS = 0.3

export function createSpokenFace(
  { samples, sampleRate }: { readonly samples: Int16Array; readonly sampleRate: number },
  emotion: ProsodyEmotion = 'neutral',
): SpokenFace {
  const step = Math.max(1, Math.round((sampleRate * STEP_MS) / 1000))
  const count = Math.ceil(samples.length / step)
  const energies = new Float32Array(count)
  const centroids = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const { rms, crossings } = measure(samples, i * step, Math.min(samples.length, (i + 1) * step))
    energies[i] = rms > 0 ? Math.min(1, Math.max(0, 1 + (20 * Math.log10(rms)) / RANGE_DB)) : 0
    // Twice as many crossings as cycles: near enough to tell a hiss from a vowel.
    centroids[i] = (crossings * sampleRate) / (2 * step)
  }
  return {
    durationMs: (samples.length * 1000) / sampleRate,
    at(placeMs) {
      const i = Math.floor((placeMs * sampleRate) / 1000 / step)
      const energy = energies[i] ?? 0
      const centroidHz = centroids[i] ?? 0
      return { pitchHz: 0, energy, centroidHz, emotion, speaking: energy > SPEAKS }
    },
  }
}

function measure(samples: Int16Array, from: number, until: number) {
  let sum = 0
  let crossings = 0
  let before = 0
  for (let i = from; i < until; i++) {
    const sample = (samples[i] ?? 0) / 32_768
    sum += sample * sample
    if (sample * before < 0) crossings++
    if (sample !== 0) before = sample
  }
  return { rms: Math.sqrt(sum / Math.max(1, until - from)), crossings }
}
