/** Speech-like voices: phrases with consonants and pauses, on the telephone, in noise, from afar, and clipped. */

import { type Sentence, type SentenceShape, sentence } from './contours.js'
import { between, levelled, madeRate, type Random, truthOf } from './exact-signal.js'
import type { MadeSignal } from './made-signal.js'
import { addFricative, type NoiseKind, noise, withNoise } from './noises.js'
import { glottalVoice, pick, someVoice } from './voices.js'

const speakers = {
  man: { lowHz: 78, highHz: 170, tract: 1 },
  woman: { lowHz: 150, highHz: 320, tract: 1.17 },
  child: { lowHz: 220, highHz: 480, tract: 1.35 },
} as const
type Speaker = (typeof speakers)[keyof typeof speakers]
const everyone = [speakers.man, speakers.woman, speakers.child, speakers.man, speakers.woman]

export function vowels(random: Random): MadeSignal[] {
  return everyone.map((speaker, i) => spoken(`voice ${i}`, speaker, random))
}

export function consonants(random: Random): MadeSignal[] {
  return everyone.map((speaker, i) => spoken(`consonants ${i}`, speaker, random, true))
}

function spoken(name: string, speaker: Speaker, random: Random, consonants = false): MadeSignal {
  const shape: SentenceShape = {
    ...speaker,
    durationMs: 2600,
    voicedMs: consonants ? [110, 380] : [250, 700],
    betweenMs: consonants ? [70, 180] : [100, 300],
  }
  const contour = sentence(shape, random)
  const samples = levelled(
    glottalVoice(contour, someVoice(random, speaker.tract), random),
    between(random, -30, -14),
  )
  if (consonants) fillGaps(samples, contour, random)
  // No room is quite silent.
  const hiss = noise('pink', samples.length, random)
  return { name, samples: withNoise(samples, hiss, 40), truth: truthOf(contour) }
}

/** Without a fundamental for men, and every second one with noise before the codec. */
export function telephone(random: Random): MadeSignal[] {
  const { man, woman } = speakers
  return [man, man, woman, woman, man].map((speaker, i) => {
    const clean = spoken(`telephone ${i}`, speaker, random, true)
    const hiss = noise('white', clean.samples.length, random)
    const samples = i % 2 === 0 ? clean.samples : withNoise(clean.samples, hiss, 15)
    return { ...clean, samples, telephone: true }
  })
}

export function noisy(snrDb: number, random: Random): MadeSignal[] {
  return (['white', 'pink', 'hum'] as const).map((kind: NoiseKind) => {
    const speaker = pick(everyone, random)
    const clean = spoken(`${kind} noise`, speaker, random)
    return { ...clean, samples: withNoise(clean.samples, noise(kind, clean.samples.length, random), snrDb) }
  })
}

/** Phrases at full strength and from across the room, 25 dB under it, over the noise of a quiet room. */
export function nearAndFar(random: Random): MadeSignal[] {
  return [speakers.man, speakers.woman].map((speaker, i) => nearThenFar(i, speaker, random))
}

function nearThenFar(index: number, speaker: Speaker, random: Random): MadeSignal {
  const near = spoken('', speaker, random)
  const far = spoken('', speaker, random, true)
  const loud = levelled(near.samples, -16)
  const soft = levelled(far.samples, -41)
  const samples = new Float32Array(loud.length + soft.length)
  samples.set(loud)
  samples.set(soft, loud.length)
  const truth = new Float32Array(near.truth.length + far.truth.length)
  truth.set(near.truth)
  truth.set(far.truth, Math.round((loud.length * 1000) / madeRate))
  const room = noise('pink', samples.length, random)
  return { name: `near and far ${index}`, samples: withNoise(samples, room, 42), truth }
}

/** Over-driven to twice full scale, on an offset of a tenth of it, and cut off. */
export function clipped(random: Random): MadeSignal[] {
  return [speakers.man, speakers.woman].map((speaker, i) => {
    const clean = spoken(`clipped, with an offset ${i}`, speaker, random)
    const loud = levelled(clean.samples, 0)
    return { ...clean, samples: loud.map(sample => Math.max(-0.9, Math.min(0.9, sample * 2 + 0.1))) }
  })
}

/** Between voiced stretches: a voiceless fricative, a stop's silence and burst, or nothing. */
function fillGaps(samples: Float32Array, contour: Sentence, random: Random): void {
  const level = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
  contour.voiced.forEach(({ untilMs }, i) => {
    const next = contour.voiced[i + 1]
    const kind = pick(['fricative', 'stop', 'nothing'] as const, random)
    if (next === undefined || kind === 'nothing') return
    const fromMs = kind === 'stop' ? next.fromMs - 18 : untilMs + 5
    const sound = {
      fromMs,
      untilMs: next.fromMs - 3,
      hz: between(random, 1500, 4500),
      strength: level * between(random, 0.1, 0.6),
    }
    addFricative(samples, sound, random)
  })
}
