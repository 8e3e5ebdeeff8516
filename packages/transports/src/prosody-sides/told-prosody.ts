/** What an analyser lends for the length of a call, as values that may be kept and sent. */
import type { ProsodyFrame, UtteranceProsody } from '@parley/audio'
import type { ProsodyFrameFields, UtteranceFields } from '@parley/protocol'

/** Finer is nothing that a voice can tell, and a third of the bytes on the wire. */
const round = (value: number): number => Math.round(value * 10_000) / 10_000

/** A moment or place, ms, with no more digits than are told. */
export const toldMs = (ms: number): number => Math.round(ms * 100) / 100

/** The frame at its place, ms. */
export function frameFieldsOf(frame: ProsodyFrame, placeMs: number): ProsodyFrameFields {
  return {
    atMs: toldMs(placeMs),
    pitchHz: round(frame.pitchHz),
    voicing: round(frame.voicing),
    semitones: round(frame.semitones),
    energy: round(frame.energy),
    rms: round(frame.rms),
    levelDb: round(frame.levelDb),
    loudness: round(frame.loudness),
    voicedFraction: round(frame.voicedFraction),
    tilt: round(frame.tilt),
    centroidHz: round(frame.centroidHz),
    harmonicity: round(frame.harmonicity),
    syllableRate: round(frame.syllableRate),
    speaking: frame.speaking,
    arousal: round(frame.arousal),
    emotion: frame.emotion,
    clipped: frame.clipped,
  }
}

/** The utterance with its end at `untilMs`. */
export function utteranceFieldsOf(utterance: UtteranceProsody, untilMs: number): UtteranceFields {
  const { fromMs, pitch, evidence, ...rest } = utterance
  return {
    ...rounded(rest),
    fromMs: round(Math.max(0, untilMs - (utterance.untilMs - fromMs))),
    untilMs: round(untilMs),
    ...(pitch === undefined ? {} : { pitch: rounded(pitch) }),
    evidence: evidence.map(rounded),
  }
}

/** A copy; what is no number stays. */
function rounded<Values extends object>(values: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'number' ? round(value) : value,
  ])
  return Object.fromEntries(entries) as Values
}
