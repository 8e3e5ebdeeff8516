/**
 * Click-free gain: every change runs as a straight line in amplitude, sample by sample, and results saturate.
 * Used to duck the agent's voice and to bring it back.
 */

export interface Gain {
  /**
   * The samples at the present gain, in a buffer of this gain that is valid until the next call. At a steady
   * 0 dB the input itself is handed back.
   */
  apply(samples: Int16Array): Int16Array
  /**
   * Moves to `db` (−Infinity for silence, at most +24) over `overMs` of sound, at least 1 ms, from wherever the
   * gain is now. @throws RangeError for anything else.
   */
  rampTo(db: number, overMs: number): void
}

export interface GainOptions {
  /** Hz of the samples. */
  readonly rate: number
}

const loudestDb = 24
const shortestRampMs = 1

/** A gain that stands at 0 dB. */
export function createGain({ rate }: GainOptions): Gain {
  if (!(rate > 0)) throw new RangeError(`rate is ${rate}; give the rate of the samples in Hz.`)
  let buffer = new Int16Array(1024)
  let view = buffer.subarray(0, 0)
  let gain = 1
  let target = 1
  let step = 0
  let rampSamples = 0

  function reserve(length: number): Int16Array {
    if (buffer.length < length) buffer = new Int16Array(length)
    if (view.length !== length || view.buffer !== buffer.buffer) view = buffer.subarray(0, length)
    return view
  }

  function rampTo(db: number, overMs: number): void {
    if (!(db <= loudestDb))
      throw new RangeError(`A gain of ${db} dB is not possible; give at most ${loudestDb}.`)
    if (!(overMs >= 0) || overMs === Number.POSITIVE_INFINITY) {
      throw new RangeError(`A ramp of ${overMs} ms is not possible; give 0 or more.`)
    }
    target = 10 ** (db / 20)
    rampSamples = Math.ceil((Math.max(overMs, shortestRampMs) * rate) / 1000)
    step = (target - gain) / rampSamples
  }

  function apply(samples: Int16Array): Int16Array {
    if (rampSamples === 0 && gain === 1) return samples
    const out = reserve(samples.length)
    const ramped = Math.min(rampSamples, samples.length)
    if (ramped > 0) {
      scaleRamp(samples, out, { from: gain, step, count: ramped })
      rampSamples -= ramped
      gain = rampSamples === 0 ? target : gain + step * ramped
    }
    scale(samples, out, { from: ramped, gain })
    return out
  }

  return { apply, rampTo }
}

/** Scales the first `count` samples; sample i gets `from + (i + 1) · step`. */
function scaleRamp(
  samples: Int16Array,
  out: Int16Array,
  ramp: { readonly from: number; readonly step: number; readonly count: number },
): void {
  const { from, step, count } = ramp
  for (let i = 0; i < count; i++) out[i] = saturate((samples[i] as number) * (from + (i + 1) * step))
}

/** Scales the samples from `from` on. */
function scale(
  samples: Int16Array,
  out: Int16Array,
  at: { readonly from: number; readonly gain: number },
): void {
  const { from, gain } = at
  for (let i = from; i < samples.length; i++) out[i] = saturate((samples[i] as number) * gain)
}

/** Rounds half away from zero; truncation by `| 0` costs a third of Math.round. */
function saturate(value: number): number {
  if (value >= 32_766.5) return 32_767
  if (value <= -32_767.5) return -32_768
  return value < 0 ? (value - 0.5) | 0 : (value + 0.5) | 0
}
