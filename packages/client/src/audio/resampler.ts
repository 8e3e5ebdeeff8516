/**
 * Streaming rate conversion by a polyphase windowed sinc, for the audio thread: all memory is taken once, a block
 * costs only multiply-adds. Ratios that do not reduce to at most 1024 phases use the nearest phase.
 * Invariant: outputs depend on the inputs alone, not on how they were cut into blocks.
 */

/** Zero crossings on each side of the sinc's centre; with the window below: pass band to 0.88 of Nyquist. */
const ZERO_CROSSINGS = 48
const MAX_PHASES = 1024
/** Kaiser window parameter: about 90 dB of stop band. */
const KAISER_BETA = 9
/** Half of the transition band, as a share of Nyquist, so that the stop band begins at Nyquist itself. */
const TRANSITION = 0.06

export interface Resampler {
  /** Inputs that `process` must be given for it to yield `outputs` samples (then its `limit`). */
  inputsFor(outputs: number): number
  /**
   * Reads `count` (at most `maxInputs`) samples of `input`, writes to `output` and returns how many it wrote. An
   * output over `limit` waits for the next call; more than those of one input may not be left waiting.
   */
  process(input: Float32Array, count: number, output: Float32Array, limit?: number): number
  /** Delay of the filter, in input samples. */
  readonly delaySamples: number
}

export interface ResamplerOptions {
  readonly fromRate: number
  readonly toRate: number
  /** Longest block `process` will be given. */
  readonly maxInputs: number
}

/** A resampler for mono float samples; equal rates pass through unchanged and without delay. */
export function createResampler({ fromRate, toRate, maxInputs }: ResamplerOptions): Resampler {
  if (fromRate === toRate) return passThrough()
  const { phases, taps, kernel } = polyphase(fromRate, toRate)
  const history = new Float32Array(taps + maxInputs)
  const divisor = greatestCommonDivisor(fromRate, toRate)
  const up = toRate / divisor
  const down = fromRate / divisor
  // Place of the next output, as whole inputs past the history and a fraction in units of 1/up.
  let whole = 0
  let fraction = 0

  function inputsFor(outputs: number): number {
    if (outputs === 0) return 0
    return whole + Math.floor((fraction + (outputs - 1) * down) / up) + 1
  }

  function process(input: Float32Array, count: number, output: Float32Array, limit = output.length): number {
    for (let i = 0; i < count; i++) history[taps + i] = input[i] ?? 0
    let written = 0
    while (whole < count && written < limit) {
      const phase = phases === up ? fraction : Math.floor((fraction * phases) / up)
      output[written++] = dot(history, whole + 1, kernel, phase * taps, taps)
      fraction += down
      whole += Math.floor(fraction / up)
      fraction %= up
    }
    whole -= count
    history.copyWithin(0, count, count + taps)
    return written
  }

  return { inputsFor, process, delaySamples: taps / 2 }
}

function passThrough(): Resampler {
  return {
    inputsFor: outputs => outputs,
    process(input, count, output) {
      for (let i = 0; i < count; i++) output[i] = input[i] ?? 0
      return count
    },
    delaySamples: 0,
  }
}

function dot(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += (a[aFrom + i] ?? 0) * (b[bFrom + i] ?? 0)
  return sum
}

/** The filter bank: row `p` weighs `taps` inputs for an output `p / phases` of an input past a whole one. */
function polyphase(fromRate: number, toRate: number) {
  const phases = Math.min(toRate / greatestCommonDivisor(fromRate, toRate), MAX_PHASES)
  const cutoff = (Math.min(fromRate, toRate) / fromRate) * (1 - TRANSITION)
  const taps = 2 * Math.ceil(ZERO_CROSSINGS / cutoff)
  const kernel = new Float32Array(phases * taps)
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const x = tap - taps / 2 + 1 - phase / phases
      const weight = cutoff * sinc(cutoff * x) * kaiser((2 * x) / taps)
      kernel[phase * taps + tap] = weight
      sum += weight
    }
    // Unit gain at 0 Hz in every phase keeps the phases from modulating a steady tone.
    for (let tap = 0; tap < taps; tap++) {
      const at = phase * taps + tap
      kernel[at] = (kernel[at] ?? 0) / sum
    }
  }
  return { phases, taps, kernel }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** Kaiser window over -1..1. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA)
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
