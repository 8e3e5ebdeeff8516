import type { ProsodyEmotion } from './prosody-frame.js'

/** How one utterance was said, told when it is over. */
export interface UtteranceProsody {
  /** Media time of its first and last voiced sample, ms. */
  readonly fromMs: number
  readonly untilMs: number
  /** Undefined where too little of it was voiced to tell (under 100 ms). */
  readonly pitch: UtterancePitch | undefined
  /** Mean level of what was spoken, dBFS, and its loudness, LUFS. */
  readonly levelDb: number
  readonly loudness: number
  /** Nuclei of syllables that were counted. */
  readonly syllables: number
  /** Syllables a second of the time that was spoken, pauses left out (of 300 ms at the least). */
  readonly syllableRate: number
  /** Silences of 150 ms and more inside it. */
  readonly pauses: number
  readonly pauseMs: number
  /** Share of it that was voiced, 0..1. */
  readonly voicedFraction: number
  /** 0..1; 0.5 is as this speaker usually is. */
  readonly arousal: number
  readonly emotion: ProsodyEmotion
  /** What the arousal was taken from, the heaviest first. */
  readonly evidence: readonly ArousalEvidence[]
}

export interface UtterancePitch {
  readonly medianHz: number
  /** Between these lie nine tenths of it, Hz. */
  readonly lowHz: number
  readonly highHz: number
  readonly rangeSemitones: number
  /** Median above the speaker's own so far, semitones. */
  readonly semitones: number
  /** How its last voiced 300 ms went: over ±1.5 semitones is a rise or a fall. */
  readonly final: 'rise' | 'fall' | 'level'
  /** Semitones a second over those. */
  readonly finalSlope: number
}

export interface ArousalEvidence {
  readonly cue: 'pitch' | 'range' | 'level' | 'rate' | 'tilt'
  /** Of what the speaker usually does, in the cue's own unit (semitones, dB, syllables a second, dB per octave). */
  readonly difference: number
  /** What it adds to the arousal, −0.5..0.5. */
  readonly weight: number
}
