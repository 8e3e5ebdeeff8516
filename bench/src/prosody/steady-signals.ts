/** Tones and voices that stand or glide, and the traps for those who take an octave for another. */

import { glide, sentence, vibrato } from './contours.js'
import { between, type Contour, gate, levelled, pitchBetween, type Random, truthOf } from './exact-signal.js'
import type { MadeSignal } from './made-signal.js'
import { glottalVoice, harmonicVoice, someVoice } from './voices.js'

/** Sines; truth in and out of them is that of their ramps. */
export function tones(random: Random): MadeSignal[] {
  const steady = [85, 110, 150, 220, 330, 440].map(hz => {
    const contour = glide(hz, hz, 500)
    const samples = levelled(
      harmonicVoice(contour, n => (n === 1 ? 1 : 0), random),
      between(random, -40, -10),
    )
    return { name: `sine ${hz} Hz`, samples, truth: truthOf(contour) }
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
  return [...steady, { name: 'sine bursts', samples, truth: truthOf(contour) }]
}

export function glides(random: Random): MadeSignal[] {
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
    return harmonic(`glide ${from} to ${to} Hz`, contour, n => 1 / n ** 1.2, random)
  })
}

export function vibratos(random: Random): MadeSignal[] {
  return (
    [
      [110, 0.7],
      [200, 1.2],
      [330, 1],
    ] as const
  ).map(([hz, semitones]) => {
    const contour = vibrato(hz * between(random, 0.9, 1.1), semitones, between(random, 4.5, 6.5), 1200)
    return harmonic(`vibrato at ${hz} Hz`, contour, n => 1 / n ** 1.2, random)
  })
}

/** A second harmonic 14–20 dB over the first and over the rest, and a first harmonic over everything. */
export function octaveTraps(random: Random): MadeSignal[] {
  const second = [100, 150, 220].map(hz => {
    const gain = 10 ** (between(random, 14, 20) / 20)
    const contour = glide(hz, hz * between(random, 0.8, 1.25), 800)
    return harmonic(`strong second harmonic at ${hz} Hz`, contour, n => (n === 2 ? gain : 1) / n, random)
  })
  const first = [180, 280].map(hz => {
    const contour = glide(hz, hz * between(random, 0.8, 1.25), 800)
    return harmonic(`strong first harmonic at ${hz} Hz`, contour, n => (n === 1 ? 12 : 1) / n, random)
  })
  return [...second, ...first]
}

/** Every second pulse is weaker by a tenth to a quarter: the pitch is still that of all of them. */
export function alternatingPulses(random: Random): MadeSignal[] {
  return [120, 180, 260].map(hz => {
    const contour = glide(hz, hz * between(random, 0.85, 1.15), 900)
    const shape = {
      ...someVoice(random, 1.1),
      alternation: between(random, 0.1, 0.25),
      shimmer: 0,
      jitter: 0,
    }
    const samples = levelled(glottalVoice(contour, shape, random), -20)
    return { name: `alternating pulses at ${hz} Hz`, samples, truth: truthOf(contour) }
  })
}

/** The level goes up and down by 20 dB at once while the voice stands. */
export function levelSteps(random: Random): MadeSignal[] {
  return [95, 210].map(hz => {
    const contour = glide(hz, hz * 1.15, 1600)
    const samples = glottalVoice(contour, someVoice(random, 1), random)
    const stepped = samples.map((sample, i) => sample * (Math.floor(i / 12_000) % 2 === 0 ? 1 : 0.1))
    return {
      name: `level steps at ${hz} Hz`,
      samples: levelled(stepped, -16),
      truth: truthOf(contour),
    }
  })
}

/** 62–75 Hz with uneven pulses for 150 ms, then the voice proper. */
export function creaks(random: Random): MadeSignal[] {
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
      samples: levelled(glottalVoice(contour, shape, random), -20),
      truth: truthOf(contour),
    }
  })
}

function harmonic(
  name: string,
  contour: Contour,
  strengthOf: (harmonic: number, hz: number) => number,
  random: Random,
): MadeSignal {
  const samples = levelled(harmonicVoice(contour, strengthOf, random), between(random, -30, -12))
  return { name, samples, truth: truthOf(contour) }
}
