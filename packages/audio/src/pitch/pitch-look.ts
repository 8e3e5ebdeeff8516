/** What a look at one window of sound told of its pitch. One object is filled again for every look. */
export interface PitchLook {
  /** Media time of the middle of the window, ms since the first sample; whole multiples of the hop. */
  readonly atMs: number
  /** Fundamental frequency, Hz, 55–640; 0 where nothing is voiced. */
  readonly hz: number
  /** Probability that there is a voice with a pitch, 0..1; `hz` is what the whole path says of it. */
  readonly voicing: number
  /** Harmonics to noise, dB (Boersma 1993), −20..40; −20 where nothing is voiced. */
  readonly harmonicity: number
  /**
   * Power of the bins 0..n/2 of this window, `binHz` apart, freed of its mean and of the window's own gain: they add
   * up to the mean square of the samples, of full scale 1.
   */
  readonly power: Float32Array
}
