/** How something is said at one moment. One object is filled again for every frame; whoever keeps it copies it. */
export interface ProsodyFrame {
  /** Media time of the middle of what was looked at, ms since the first sample. */
  readonly atMs: number
  /** Fundamental frequency, Hz, 55–640; 0 where nothing is voiced. */
  readonly pitchHz: number
  /** Probability that there is a voice with a pitch, 0..1. */
  readonly voicing: number
  /** Pitch above this speaker's own median so far, semitones; 0 where nothing is voiced. */
  readonly semitones: number
  /** How loud, 0..1: 0 in silence, 1 at full scale, even steps in dB between (−60 dBFS and less is 0). */
  readonly energy: number
  /** Root mean square of the samples, 0..1 of full scale. */
  readonly rms: number
  /** The same in dBFS; −100 for silence. */
  readonly levelDb: number
  /** Momentary loudness of the last 400 ms, LUFS (ITU-R BS.1770-5); −100 for silence. */
  readonly loudness: number
  /** Share of the last second that was voiced, 0..1. */
  readonly voicedFraction: number
  /** Slope of the spectrum, dB per octave: falls steeply (−12) in a soft voice, less in a tense one. */
  readonly tilt: number
  /** Centre of gravity of the spectrum, Hz; 0 in silence. */
  readonly centroidHz: number
  /** Harmonics to noise, dB (Boersma 1993), −20..40; −20 where nothing is voiced. */
  readonly harmonicity: number
  /** Syllables a second over the last 2 s of speech; 0 while there is none. */
  readonly syllableRate: number
  /** Whether somebody is speaking, pauses within speech included. */
  readonly speaking: boolean
  /** From 0 (drowsy) over 0.5 (as this speaker usually is) to 1 (excited). */
  readonly arousal: number
  readonly emotion: ProsodyEmotion
  /** Whether samples of this frame are clipped. */
  readonly clipped: boolean
}

/** What a voice sounds like; `detached` is flat and even, whatever its level. */
export const prosodyEmotions = ['low', 'neutral', 'high', 'detached'] as const

export type ProsodyEmotion = (typeof prosodyEmotions)[number]
