/**
 * Second-order filters (R. Bristow-Johnson, Audio EQ Cookbook), one sample at a time in transposed direct form II.
 * The arithmetic is the same on every machine; nothing is allocated after creation.
 */

export interface Biquad {
  /** The next sample in, the next sample out. */
  step(sample: number): number
  reset(): void
}

export interface BiquadOptions {
  readonly kind: 'low-pass' | 'high-pass'
  /** Corner in Hz, below half of `rate`. */
  readonly hz: number
  /** Hz of the samples. */
  readonly rate: number
  /** Default 0.7071, Butterworth. */
  readonly q?: number
}

/** A filter at rest. @throws RangeError for a corner that is not between 0 and half the rate. */
export function createBiquad({ kind, hz, rate, q = Math.SQRT1_2 }: BiquadOptions): Biquad {
  if (!(hz > 0 && hz < rate / 2)) {
    throw new RangeError(`A corner of ${hz} Hz is not possible at ${rate} Hz; stay below half the rate.`)
  }
  const angle = (2 * Math.PI * hz) / rate
  const alpha = Math.sin(angle) / (2 * q)
  const cos = Math.cos(angle)
  const scale = 1 / (1 + alpha)
  const outer = ((kind === 'low-pass' ? 1 - cos : 1 + cos) / 2) * scale
  const inner = (kind === 'low-pass' ? 2 : -2) * outer
  const a1 = -2 * cos * scale
  const a2 = (1 - alpha) * scale
  let s1 = 0
  let s2 = 0
  return {
    step(sample) {
      const out = outer * sample + s1
      s1 = inner * sample - a1 * out + s2
      s2 = outer * sample - a2 * out
      return out
    },
    reset() {
      s1 = 0
      s2 = 0
    },
  }
}
