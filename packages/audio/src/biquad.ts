/**
 * Second-order filters (R. Bristow-Johnson, Audio EQ Cookbook), in transposed direct form II. Samples go through in
 * blocks, since a number that a closure keeps between two calls is a new object each time it changes.
 */

export interface Biquad {
  /** Filters the first `count` samples in place. */
  run(samples: Float64Array, count: number): void
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
  const state = new Float64Array(2)
  return {
    run(samples, count) {
      let s1 = state[0] as number
      let s2 = state[1] as number
      for (let i = 0; i < count; i++) {
        const sample = samples[i] as number
        const out = outer * sample + s1
        s1 = inner * sample - a1 * out + s2
        s2 = outer * sample - a2 * out
        samples[i] = out
      }
      state[0] = s1
      state[1] = s2
    },
    reset() {
      state.fill(0)
    },
  }
}
