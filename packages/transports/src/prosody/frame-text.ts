/** A frame as the inside of a JSON object, with `pitch` beside `pitchHz` and no more digits than mean something. */
import type { ProsodyFrame } from '@parley/audio'

/** Steps of a unit that are told; 0 for what is no number. */
const steps: Readonly<Record<keyof ProsodyFrame, number>> = {
  atMs: 100,
  pitchHz: 100,
  voicing: 1000,
  semitones: 100,
  energy: 10_000,
  rms: 100_000,
  levelDb: 100,
  loudness: 100,
  voicedFraction: 1000,
  tilt: 100,
  centroidHz: 10,
  harmonicity: 100,
  syllableRate: 100,
  speaking: 0,
  arousal: 1000,
  emotion: 0,
  clipped: 0,
}
const fields = Object.entries(steps) as [keyof ProsodyFrame, number][]
const heads = fields.map(([name]) => `,"${name}":`)

/** `"pitch":220.01,"atMs":…`, without braces. */
export function frameText(frame: ProsodyFrame): string {
  let text = `"pitch":${rounded(frame.pitchHz, steps.pitchHz)}`
  for (let index = 0; index < fields.length; index++) {
    const [name, step] = fields[index] as [keyof ProsodyFrame, number]
    const value = frame[name]
    text +=
      (heads[index] as string) +
      (typeof value === 'number' ? rounded(value, step) : typeof value === 'string' ? `"${value}"` : value)
  }
  return text
}

function rounded(value: number, step: number): number {
  // JSON has no NaN; an analyser never tells one, and a client must not be broken by it all the same.
  return Number.isFinite(value) ? Math.round(value * step) / step : 0
}
