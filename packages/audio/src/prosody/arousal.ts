/**
 * Arousal from what a speaker does otherwise than usually: higher, wider, louder, faster and less steep is more of it.
 * What each cue adds is told with it, since a number that cannot be followed is of no use. Valence is not heard here:
 * joy and anger both are `high`.
 */

import type { ProsodyEmotion } from './prosody-frame.js'
import { habitCues, type SpeakerHabit } from './speaker-habit.js'
import type { ArousalEvidence } from './utterance-prosody.js'

export const arousalCues = [
  'pitch',
  'range',
  'level',
  'rate',
  'tilt',
] as const satisfies readonly ArousalEvidence['cue'][]

export interface ArousalJudge {
  /** Judges values in the order of `habitCues`, of so much voice and so much speech, ms. */
  judge(values: Float64Array, voicedMs: number, spokenMs: number): void
  readonly found: ArousalFound
}

export interface ArousalFound {
  /** 0..1 */
  readonly arousal: number
  readonly emotion: ProsodyEmotion
  /** In the order of `arousalCues`: difference from what is usual, and what it adds to 0.5. */
  readonly differences: Float64Array
  readonly weights: Float64Array
}

/** How much a standard deviation counts. */
const shares = Float64Array.of(0.22, 0.12, 0.22, 0.14, 0.14)
/** Voice or speech that makes a cue count in full, ms; what is short strays by chance. */
const fullMs = Float64Array.of(400, 1000, 400, 1500, 600)
const highFrom = 0.66
const lowUntil = 0.34
/**
 * Detached is a level that is no less even than usual, and a range under a share of the usual one: at first under a
 * third, since people differ, and at last under six tenths.
 */
const flatShare = { least: 0.1, byCertainty: 0.5 }
const unevenFrom = 0.75
const leastDetachedMs = 700

const range = habitCues.indexOf('range')
const rate = habitCues.indexOf('rate')
const evenness = habitCues.indexOf('evenness')

export function createArousalJudge(habit: SpeakerHabit): ArousalJudge {
  const differences = new Float64Array(arousalCues.length)
  const weights = new Float64Array(arousalCues.length)
  const found: { -readonly [Key in keyof ArousalFound]: ArousalFound[Key] } = {
    arousal: 0.51,
    emotion: 'neutral',
    differences,
    weights,
  }
  found.arousal = 0.5

  const isDetached = (values: Float64Array, voicedMs: number): boolean => {
    const share = flatShare.least + flatShare.byCertainty * habit.certainty(range)
    const flat = (values[range] as number) < habit.usual(range) * share
    return (
      flat && voicedMs >= leastDetachedMs && habit.surprise(evenness, values[evenness] as number) < unevenFrom
    )
  }

  return {
    found,
    judge(values, voicedMs, spokenMs) {
      let drive = 0
      for (let cue = 0; cue < arousalCues.length; cue++) {
        const value = values[cue] as number
        const heardMs = cue === rate ? spokenMs : voicedMs
        const trust = Math.min(1, heardMs / (fullMs[cue] as number))
        const weight =
          (shares[cue] as number) * trust * Math.sqrt(habit.certainty(cue)) * habit.surprise(cue, value)
        differences[cue] = value - habit.usual(cue)
        weights[cue] = weight
        drive += weight
      }
      const above = Math.tanh(drive) / 2
      const scale = drive === 0 ? 0 : above / drive
      for (let cue = 0; cue < arousalCues.length; cue++) {
        weights[cue] = Math.max(-0.5, Math.min(0.5, (weights[cue] as number) * scale))
      }
      found.arousal = 0.5 + above
      if (isDetached(values, voicedMs)) found.emotion = 'detached'
      else if (found.arousal >= highFrom) found.emotion = 'high'
      else found.emotion = found.arousal <= lowUntil ? 'low' : 'neutral'
    },
  }
}
