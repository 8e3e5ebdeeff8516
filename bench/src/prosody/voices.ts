/**
 * Voices that are made from a contour: the derivative of Rosenberg's glottal pulse (1971, shape C), with breath, jitter
 * and shimmer, through five resonators that move from vowel to vowel (Klatt 1980); and plain sums of harmonics.
 */

import { between, type Contour, madeRate, type Random } from './exact-signal.js'

/** Middle of the first four formants of a man, Hz; women's and children's are longer by `tract`. */
const vowels = [
  [730, 1090, 2440, 3500],
  [270, 2290, 3010, 3600],
  [300, 870, 2240, 3300],
  [530, 1840, 2480, 3500],
  [570, 840, 2410, 3300],
  [490, 1350, 1690, 3300],
] as const
const bandwidths = [70, 100, 140, 200] as const

export interface VoiceShape {
  /** Part of the period in which the glottis is open, 0.4–0.8: the more, the softer. */
  readonly open: number
  /** Factor on the formants: 1 for a man, 1.17 for a woman, 1.35 for a child. */
  readonly tract: number
  /** Noise of breath in the open phase, of the strength of the pulse. */
  readonly breath: number
  /** Random change of a period and of its strength, as parts of them (standard deviation). */
  readonly jitter: number
  readonly shimmer: number
  /** Time a vowel stands before it moves on, ms. */
  readonly vowelMs: number
  /** Every second pulse is weaker by this part. */
  readonly alternation?: number
}

/** A voice like many. */
export function someVoice(random: Random, tract: number): VoiceShape {
  return {
    open: between(random, 0.45, 0.75),
    tract,
    breath: between(random, 0.02, 0.15),
    jitter: between(random, 0.002, 0.007),
    shimmer: between(random, 0.01, 0.05),
    vowelMs: between(random, 120, 250),
  }
}

export function glottalVoice(contour: Contour, shape: VoiceShape, random: Random): Float32Array {
  const length = Math.round((contour.durationMs * madeRate) / 1000)
  const samples = new Float32Array(length)
  const opening = shape.open * 0.66
  const closing = shape.open - opening
  let phase = 1
  let period = 1
  let weight = 1
  let cycle = 0
  for (let i = 0; i < length; i++) {
    const atMs = (i * 1000) / madeRate
    if (phase >= 1) {
      phase -= 1
      cycle++
      period = 1 + shape.jitter * normal(random)
      weight = (1 + shape.shimmer * normal(random)) * (cycle % 2 === 0 ? 1 - (shape.alternation ?? 0) : 1)
    }
    const strength = contour.strength(atMs)
    let pulse = 0
    if (phase < opening) pulse = (Math.sin((Math.PI * phase) / opening) * 0.5 * Math.PI) / opening
    else if (phase < shape.open) {
      pulse = (-Math.sin(((Math.PI / 2) * (phase - opening)) / closing) * Math.PI) / 2 / closing
    }
    const breath = phase < shape.open ? shape.breath * 4 * (random() - 0.5) : 0
    samples[i] = strength * (pulse * weight + breath)
    phase += contour.hz(atMs) / (madeRate * period)
  }
  return throughVowels(samples, shape, random)
}

/** Harmonics of given strengths and random phases, up to 7 kHz. */
export function harmonicVoice(
  contour: Contour,
  strengthOf: (harmonic: number, hz: number) => number,
  random: Random,
): Float32Array {
  const length = Math.round((contour.durationMs * madeRate) / 1000)
  const samples = new Float32Array(length)
  const phases = Float64Array.from({ length: 120 }, () => random() * 2 * Math.PI)
  let phase = 0
  for (let i = 0; i < length; i++) {
    const atMs = (i * 1000) / madeRate
    const hz = contour.hz(atMs)
    const strength = contour.strength(atMs)
    phase += (2 * Math.PI * hz) / madeRate
    if (strength === 0) continue
    let sum = 0
    for (let n = 1; n < 120 && n * hz < 7000; n++) {
      const weight = strengthOf(n, n * hz)
      if (weight > 0) sum += weight * Math.sin(n * phase + (phases[n] as number))
    }
    samples[i] = sum * strength
  }
  return samples
}

function throughVowels(samples: Float32Array, shape: VoiceShape, random: Random): Float32Array {
  const step = madeRate / 200
  const stand = Math.max(1, Math.round((shape.vowelMs * madeRate) / 1000))
  let from = pick(vowels, random)
  let to = pick(vowels, random)
  const memory = new Float64Array(8)
  const out = new Float32Array(samples.length)
  const filters = new Float64Array(12)
  for (let i = 0; i < samples.length; i++) {
    if (i % stand === 0) {
      from = to
      to = pick(vowels, random)
    }
    if (i % step === 0) aim(filters, from, to, (i % stand) / stand, shape.tract)
    let value = samples[i] as number
    for (let f = 0; f < 4; f++) {
      const b1 = filters[3 * f + 1] as number
      const b2 = filters[3 * f + 2] as number
      value =
        (filters[3 * f] as number) * value +
        b1 * (memory[2 * f] as number) +
        b2 * (memory[2 * f + 1] as number)
      memory[2 * f + 1] = memory[2 * f] as number
      memory[2 * f] = value
    }
    out[i] = value
  }
  return out
}

/** Coefficients of the resonators between two vowels. */
function aim(
  filters: Float64Array,
  from: readonly number[],
  to: readonly number[],
  part: number,
  tract: number,
): void {
  for (let f = 0; f < 4; f++) {
    const hz = ((from[f] as number) * (1 - part) + (to[f] as number) * part) * tract
    const radius = Math.exp((-Math.PI * (bandwidths[f] as number)) / madeRate)
    const b1 = 2 * radius * Math.cos((2 * Math.PI * hz) / madeRate)
    const b2 = -radius * radius
    filters[3 * f] = 1 - b1 - b2
    filters[3 * f + 1] = b1
    filters[3 * f + 2] = b2
  }
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

export function pick<T>(all: readonly T[], random: Random): T {
  return all[Math.floor(random() * all.length)] as T
}
