/** The Hann window of a look, and the correlation of its own that is divided out (P. Boersma, IFA Proceedings 17, 1993). */

export const windowMs = 44

export interface PitchWindow {
  /** Weights, scaled so that the powers of the bins 0..size/2 add up to the mean square of the samples. */
  readonly weights: Float32Array
  /** Sum of the weights. */
  readonly sum: number
}

/** @param size of the transform the window will go through. */
export function createPitchWindow(rate: number, size: number): PitchWindow {
  const length = (windowMs * rate) / 1000
  const hann = Float64Array.from(
    { length },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length),
  )
  const scale = Math.sqrt(2 / (size * hann.reduce((total, value) => total + value * value, 0)))
  const weights = Float32Array.from(hann, value => value * scale)
  return { weights, sum: weights.reduce((total, value) => total + value, 0) }
}

/** Correlation of the window with itself, 1 at no lag. */
export function windowCorrelation(lagMs: number): number {
  const x = lagMs / windowMs
  if (x >= 1) return 0
  return (1 - x) * (2 / 3 + Math.cos(2 * Math.PI * x) / 3) + Math.sin(2 * Math.PI * x) / (2 * Math.PI)
}
