/**
 * What one speaker usually does, learnt utterance by utterance. It starts as what people usually do, and how sure it is
 * of that: for each cue a normal distribution of the habit, narrowed by what is heard (Gaussian inference with known
 * spread). A difference is given in standard deviations of what was to be expected, so that a high voice alone means
 * little at first and much once the speaker is known to be low.
 */

export const habitCues = ['pitch', 'range', 'level', 'rate', 'tilt', 'evenness'] as const
export type HabitCue = (typeof habitCues)[number]

export interface SpeakerHabit {
  /** What the speaker is thought to do usually, in the cue's own unit. */
  usual(cue: number): number
  /** How far a value is from it, in standard deviations of what was to be expected, −3..3. */
  surprise(cue: number, value: number): number
  /** How well it is known what is usual: 1 where it is not the speaker but the utterance that varies. */
  certainty(cue: number): number
  /** Learns from an utterance with `values` in the order of `habitCues`; one of little voice teaches less. */
  learn(values: Float64Array, voicedMs: number): void
  reset(): void
}

/** Mean over people, spread between people (for level, between microphones), spread from utterance to utterance. */
interface Population {
  readonly mean: number
  readonly between: number
  readonly within: number
}

const population: Readonly<Record<HabitCue, Population>> = {
  /** Semitones above 100 Hz. */
  pitch: { mean: 8, between: 5, within: 1.8 },
  /** Semitones, fifth to ninety-fifth percentile. */
  range: { mean: 8, between: 4, within: 1.8 },
  /** dBFS of what is voiced. */
  level: { mean: -24, between: 7, within: 2.5 },
  /** Syllables a second. */
  rate: { mean: 4.2, between: 0.6, within: 0.7 },
  /** dB per octave of what is voiced. */
  tilt: { mean: -10, between: 2.2, within: 1.2 },
  /** Standard deviation of the level of what is voiced, dB. */
  evenness: { mean: 5.5, between: 1.3, within: 1 },
}

/** Voice that teaches as much as a whole utterance, ms, and how many utterances are remembered. */
const wholeMs = 1500
const mostUtterances = 12
const farthest = 3

export function createSpeakerHabit(): SpeakerHabit {
  const people = habitCues.map(cue => population[cue])
  const means = new Float64Array(habitCues.length)
  const state = { heard: 0.5 }

  /** Variance of what the habit is thought to be. */
  const doubt = (person: Population): number =>
    1 / (1 / person.between ** 2 + state.heard / person.within ** 2)

  const reset = (): void => {
    for (const [cue, person] of people.entries()) means[cue] = person.mean
    state.heard = 0
  }
  reset()

  return {
    usual: cue => means[cue] as number,
    surprise(cue, value) {
      const person = people[cue] as Population
      const far = (value - (means[cue] as number)) / Math.sqrt(person.within ** 2 + doubt(person))
      return Math.max(-farthest, Math.min(farthest, far))
    },
    certainty(cue) {
      const person = people[cue] as Population
      return person.within / Math.sqrt(person.within ** 2 + doubt(person))
    },
    learn(values, voicedMs) {
      const weight = Math.min(1, voicedMs / wholeMs)
      for (let cue = 0; cue < people.length; cue++) {
        const person = people[cue] as Population
        const share = weight / (weight + person.within ** 2 / doubt(person))
        means[cue] = (means[cue] as number) + share * ((values[cue] as number) - (means[cue] as number))
      }
      state.heard = Math.min(mostUtterances, state.heard + weight)
    },
    reset,
  }
}
