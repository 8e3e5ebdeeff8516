/** How a voice goes up and down and comes and goes. */

import { between, type Contour, gate, pitchBetween, type Random } from './exact-signal.js'

/** One pitch to another, in even musical steps, within silence. */
export function glide(fromHz: number, toHz: number, durationMs: number): Contour {
  return {
    durationMs: durationMs + 200,
    hz: atMs => fromHz * (toHz / fromHz) ** Math.min(1, Math.max(0, (atMs - 100) / durationMs)),
    strength: atMs => gate(atMs, 100, 100 + durationMs, 15),
  }
}

export function vibrato(
  middleHz: number,
  semitones: number,
  timesPerSecond: number,
  durationMs: number,
): Contour {
  return {
    durationMs: durationMs + 200,
    hz: atMs => middleHz * 2 ** ((semitones * Math.sin((2 * Math.PI * timesPerSecond * atMs) / 1000)) / 12),
    strength: atMs => gate(atMs, 100, 100 + durationMs, 15),
  }
}

export interface Stretch {
  readonly fromMs: number
  readonly untilMs: number
}

export interface Sentence extends Contour {
  readonly voiced: readonly Stretch[]
}

export interface SentenceShape {
  readonly lowHz: number
  readonly highHz: number
  readonly durationMs: number
  /** Length of voiced stretches and of what is between them, ms. */
  readonly voicedMs: readonly [number, number]
  readonly betweenMs: readonly [number, number]
}

/** Voiced stretches with gaps; the pitch goes smoothly between accents that fall towards the end. */
export function sentence(shape: SentenceShape, random: Random): Sentence {
  const { durationMs, lowHz, highHz } = shape
  const voiced: Stretch[] = []
  const loudness: number[] = []
  const attacks: number[] = []
  const releases: number[] = []
  let at = between(random, 120, 250)
  while (at + shape.voicedMs[0] < durationMs - 100) {
    const untilMs = Math.min(durationMs - 100, at + between(random, ...shape.voicedMs))
    voiced.push({ fromMs: at, untilMs })
    loudness.push(10 ** (-between(random, 0, 9) / 20))
    attacks.push(between(random, 8, 25))
    releases.push(between(random, 10, 60))
    at = untilMs + between(random, ...shape.betweenMs)
  }
  const stepMs = 160
  const knots = Array.from({ length: Math.ceil(durationMs / stepMs) + 2 }, (_, i) => {
    const fall = (highHz / lowHz) ** (-0.4 * ((i * stepMs) / durationMs))
    return Math.max(lowHz, pitchBetween(random, lowHz, highHz) * fall)
  })
  return {
    durationMs,
    voiced,
    hz(atMs) {
      const knot = Math.floor(atMs / stepMs)
      const from = knots[knot] ?? lowHz
      const to = knots[knot + 1] ?? from
      const part = 0.5 - 0.5 * Math.cos(Math.PI * (atMs / stepMs - knot))
      return from * (to / from) ** part
    },
    strength(atMs) {
      const index = voiced.findIndex(stretch => atMs < stretch.untilMs)
      const stretch = voiced[index]
      if (stretch === undefined) return 0
      const rise = gate(atMs, stretch.fromMs, stretch.untilMs + 100, attacks[index] as number)
      const fall = gate(atMs, stretch.fromMs - 100, stretch.untilMs, releases[index] as number)
      return rise * fall * (loudness[index] as number)
    },
  }
}
