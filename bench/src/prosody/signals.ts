/**
 * The signals with exact truth. A seed draws every voice, contour and disturbance anew: the figures that are reported
 * come from seed 1, and the analysis was tuned with others.
 */

import { seededRandom } from '@parley/sim'
import { glide, type Sentence, type SentenceShape, sentence, vibrato } from './contours.js'
import {
  between,
  type Contour,
  type ExactSignal,
  gate,
  levelled,
  madeRate,
  pitchBetween,
  type Random,
  truthOf,
} from './exact-signal.js'
import { addFricative, type NoiseKind, noise, withNoise } from './noises.js'
import { glottalVoice, harmonicVoice, pick, type VoiceShape } from './voices.js'

export const reportedSeed = 1

const speakers = {
  man: { lowHz: 78, highHz: 170, tract: 1 },
  woman: { lowHz: 150, highHz: 320, tract: 1.17 },
  child: { lowHz: 220, highHz: 480, tract: 1.35 },
} as const
type Speaker = (typeof speakers)[keyof typeof speakers]
const everyone = [speakers.man, speakers.woman, speakers.child, speakers.man, speakers.woman]

export function exactSignals(seed: number): ExactSignal[] {
  const random = seededRandom(seed)
  return [
    ...tones(random),
    ...glides(random),
    ...vibratos(random),
    ...octaveTraps(random),
    ...alternatingPulses(random),
    ...everyone.map((speaker, i) => spoken(`voice ${i}`, 'formant voices', speaker, random)),
    ...everyone.map((speaker, i) => spoken(`consonants ${i}`, 'voiced and unvoiced', speaker, random, true)),
    ...[speakers.man, speakers.man, speakers.woman, speakers.woman, speakers.man].map((speaker, i) =>
      telephone(i, speaker, random),
    ),
    ...([20, 10, 5] as const).flatMap(snr => noisy(snr, random)),
    ...[speakers.man, speakers.woman].map((speaker, i) => nearAndFar(i, speaker, random)),
    ...levelSteps(random),
    ...creaks(random),
    ...rough(random),
  ]
}

/** Sines; truth in and out of them is that of their ramps. */
function tones(random: Random): ExactSignal[] {
  const steady = [85, 110, 150, 220, 330, 440].map(hz => {
    const contour = glide(hz, hz, 500)
    const samples = levelled(
      harmonicVoice(contour, n => (n === 1 ? 1 : 0), random),
      between(random, -40, -10),
    )
    return { name: `sine ${hz} Hz`, group: 'pure tones', samples, truth: truthOf(contour) }
  })
  const burst = sentence(
    { lowHz: 85, highHz: 440, durationMs: 2500, voicedMs: [100, 160], betweenMs: [150, 200] },
    random,
  )
  const held = burst.voiced.map(() => pitchBetween(random, 85, 440))
  const contour = {
    ...burst,
    hz: (atMs: number) => held[burst.voiced.findIndex(({ untilMs }) => atMs < untilMs)] ?? 100,
  }
  const samples = levelled(
    harmonicVoice(contour, n => (n === 1 ? 1 : 0), random),
    -20,
  )
  return [...steady, { name: 'sine bursts', group: 'pure tones', samples, truth: truthOf(contour) }]
}

function glides(random: Random): ExactSignal[] {
  return (
    [
      [80, 240],
      [300, 120],
      [160, 480],
      [420, 200],
      [110, 75],
    ] as const
  ).map(([from, to]) => {
    const contour = glide(
      from * between(random, 0.95, 1.05),
      to * between(random, 0.95, 1.05),
      between(random, 500, 900),
    )
    return harmonic(`glide ${from} to ${to} Hz`, 'glides', contour, n => 1 / n ** 1.2, random)
  })
}

function vibratos(random: Random): ExactSignal[] {
  return (
    [
      [110, 0.7],
      [200, 1.2],
      [330, 1],
    ] as const
  ).map(([hz, semitones]) => {
    const contour = vibrato(hz * between(random, 0.9, 1.1), semitones, between(random, 4.5, 6.5), 1200)
    return harmonic(`vibrato at ${hz} Hz`, 'vibrato', contour, n => 1 / n ** 1.2, random)
  })
}

/** A second harmonic 14–20 dB over the first and over the rest, and a first harmonic over everything. */
function octaveTraps(random: Random): ExactSignal[] {
  const second = [100, 150, 220].map(hz => {
    const gain = 10 ** (between(random, 14, 20) / 20)
    const contour = glide(hz, hz * between(random, 0.8, 1.25), 800)
    return harmonic(
      `strong second harmonic at ${hz} Hz`,
      'octave traps',
      contour,
      n => (n === 2 ? gain : 1) / n,
      random,
    )
  })
  const first = [180, 280].map(hz => {
    const contour = glide(hz, hz * between(random, 0.8, 1.25), 800)
    return harmonic(
      `strong first harmonic at ${hz} Hz`,
      'octave traps',
      contour,
      n => (n === 1 ? 12 : 1) / n,
      random,
    )
  })
  return [...second, ...first]
}

/** Every second pulse is weaker by a tenth to a quarter: the pitch is still that of all of them. */
function alternatingPulses(random: Random): ExactSignal[] {
  return [120, 180, 260].map(hz => {
    const contour = glide(hz, hz * between(random, 0.85, 1.15), 900)
    const shape = {
      ...someVoice(random, 1.1),
      alternation: between(random, 0.1, 0.25),
      shimmer: 0,
      jitter: 0,
    }
    const samples = levelled(glottalVoice(contour, shape, random), -20)
    return { name: `alternating pulses at ${hz} Hz`, group: 'octave traps', samples, truth: truthOf(contour) }
  })
}

/** Without a fundamental for men, and every second one with noise before the codec. */
function telephone(index: number, speaker: Speaker, random: Random): ExactSignal {
  const clean = spoken(`telephone ${index}`, 'telephone band', speaker, random, true)
  const hiss = noise('white', clean.samples.length, random)
  const samples = index % 2 === 0 ? clean.samples : withNoise(clean.samples, hiss, 15)
  return { ...clean, samples, telephone: true }
}

function noisy(snrDb: number, random: Random): ExactSignal[] {
  return (['white', 'pink', 'hum'] as const).map((kind: NoiseKind) => {
    const speaker = pick(everyone, random)
    const clean = spoken(`${kind} noise`, `noise at ${snrDb} dB`, speaker, random)
    return { ...clean, samples: withNoise(clean.samples, noise(kind, clean.samples.length, random), snrDb) }
  })
}

/** Phrases at full strength and from across the room, 25 dB under it, over the noise of a quiet room. */
function nearAndFar(index: number, speaker: Speaker, random: Random): ExactSignal {
  const near = spoken('', '', speaker, random)
  const far = spoken('', '', speaker, random, true)
  const loud = levelled(near.samples, -16)
  const soft = levelled(far.samples, -41)
  const samples = new Float32Array(loud.length + soft.length)
  samples.set(loud)
  samples.set(soft, loud.length)
  const truth = new Float32Array(near.truth.length + far.truth.length)
  truth.set(near.truth)
  truth.set(far.truth, Math.round((loud.length * 1000) / madeRate))
  const room = noise('pink', samples.length, random)
  return { name: `near and far ${index}`, group: 'near and far', samples: withNoise(samples, room, 42), truth }
}

/** The level goes up and down by 20 dB at once while the voice stands. */
function levelSteps(random: Random): ExactSignal[] {
  return [95, 210].map(hz => {
    const contour = glide(hz, hz * 1.15, 1600)
    const samples = glottalVoice(contour, someVoice(random, 1), random)
    const stepped = samples.map((sample, i) => sample * (Math.floor(i / 12_000) % 2 === 0 ? 1 : 0.1))
    return {
      name: `level steps at ${hz} Hz`,
      group: 'level steps',
      samples: levelled(stepped, -16),
      truth: truthOf(contour),
    }
  })
}

/** 62–75 Hz with uneven pulses for 150 ms, then the voice proper. */
function creaks(random: Random): ExactSignal[] {
  return [105, 180].map((hz, i) => {
    const creakHz = between(random, 62, 75)
    const contour: Contour = {
      durationMs: 1100,
      hz: atMs => {
        const part = Math.min(1, Math.max(0, (atMs - 250) / 40))
        return creakHz * ((hz * (1 - (atMs - 300) / 6000)) / creakHz) ** part
      },
      strength: atMs => gate(atMs, 100, 1000, 12),
    }
    const shape = { ...someVoice(random, i === 0 ? 1 : 1.17), jitter: 0.02, shimmer: 0.08 }
    return {
      name: `creaky onset to ${hz} Hz`,
      group: 'creaky onset',
      samples: levelled(glottalVoice(contour, shape, random), -20),
      truth: truthOf(contour),
    }
  })
}

/** Clipped by 12 dB and standing on an offset of a tenth of full scale. */
function rough(random: Random): ExactSignal[] {
  return [speakers.man, speakers.woman].map((speaker, i) => {
    const clean = spoken(`clipped, with an offset ${i}`, 'clipping and offset', speaker, random)
    const loud = levelled(clean.samples, 0)
    return { ...clean, samples: loud.map(sample => Math.max(-0.9, Math.min(0.9, sample * 2 + 0.1))) }
  })
}

function spoken(
  name: string,
  group: string,
  speaker: Speaker,
  random: Random,
  consonants = false,
): ExactSignal {
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
  return { name, group, samples: withNoise(samples, hiss, 40), truth: truthOf(contour) }
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

function someVoice(random: Random, tract: number): VoiceShape {
  return {
    open: between(random, 0.45, 0.75),
    tract,
    breath: between(random, 0.02, 0.15),
    jitter: between(random, 0.002, 0.007),
    shimmer: between(random, 0.01, 0.05),
    vowelMs: between(random, 120, 250),
  }
}

function harmonic(
  name: string,
  group: string,
  contour: Contour,
  strengthOf: (harmonic: number, hz: number) => number,
  random: Random,
): ExactSignal {
  const samples = levelled(harmonicVoice(contour, strengthOf, random), between(random, -30, -12))
  return { name, group, samples, truth: truthOf(contour) }
}
