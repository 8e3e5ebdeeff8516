/**
 * The Fourier transform of real samples as pitch and spectra need it: power of a stretch, and the correlation that
 * belongs to a power spectrum. Two implementations stand behind it, one of plain code and one of SIMD WebAssembly.
 */

export interface RealFourier {
  /** Samples of a transform, a power of two. */
  readonly size: number
  /**
   * Power |X|² of the bins 0..size/2 of `size` real samples, unscaled, into `power` (size/2 + 1). Both arrays are the
   * caller's and may be longer; what a call needs beyond them was allocated before.
   */
  powerOf(samples: Float32Array, power: Float32Array): void
  /**
   * The even real sequence whose spectrum is `power` (bins 0..size/2), unscaled: Σ over all `size` bins of
   * power·cos(2π·bin·lag/size), into `correlation`: as many lags from 0 as it has room for, up to size/2.
   */
  correlationOf(power: Float32Array, correlation: Float32Array): void
}

/** Makes transforms of one size after another. */
export type MakeFourier = (size: number) => RealFourier

/** Sizes that both implementations take. */
export const fourierSizes = { min: 64, max: 16_384 } as const

/** @throws RangeError for a size that is no power of two of 64–16384. */
export function requireFourierSize(size: number): void {
  const whole = Number.isInteger(Math.log2(size))
  if (whole && size >= fourierSizes.min && size <= fourierSizes.max) return
  throw new RangeError(
    `A transform of ${size} was asked for; give a power of two of ${fourierSizes.min}–${fourierSizes.max}.`,
  )
}
