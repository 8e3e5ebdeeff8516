/** Small deterministic test signals, mono PCM16. For tests, benchmarks and simulators; not for callers' ears. */

export interface SignalOptions {
  /** Hz of the samples. */
  readonly rate: number
  readonly durationMs: number
}

export interface SineOptions extends SignalOptions {
  /** Hz of the tone. */
  readonly hz: number
  /** Peak as a share of full scale, 0–1. Default 0.5. */
  readonly amplitude?: number
}

/** A sine that starts at phase 0. */
export function sine({ rate, durationMs, hz, amplitude = 0.5 }: SineOptions): Int16Array {
  const step = (2 * Math.PI * hz) / rate
  return Int16Array.from({ length: sampleCount({ rate, durationMs }) }, (_, i) =>
    Math.round(amplitude * 32_767 * Math.sin(step * i)),
  )
}

export function silence(options: SignalOptions): Int16Array {
  return new Int16Array(sampleCount(options))
}

export interface NoiseOptions extends SignalOptions {
  /** Peak as a share of full scale, 0–1. Default 0.5. */
  readonly amplitude?: number
  /** The same seed gives the same noise. Default 1. */
  readonly seed?: number
}

/** White noise of even distribution, by a linear congruential generator (Numerical Recipes constants). */
export function noise({ rate, durationMs, amplitude = 0.5, seed = 1 }: NoiseOptions): Int16Array {
  let state = seed >>> 0
  return Int16Array.from({ length: sampleCount({ rate, durationMs }) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.round(amplitude * 32_767 * (state / 0x8000_0000 - 1))
  })
}

function sampleCount({ rate, durationMs }: SignalOptions): number {
  return Math.round((rate * durationMs) / 1000)
}
