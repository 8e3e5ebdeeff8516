/** Sound of which the fundamental frequency is known at every moment, since it was made from it. */

/** Hz of every generated signal before it is converted. */
export const madeRate = 48_000

export interface ExactSignal {
  readonly name: string
  /** Under which line of the table it counts. */
  readonly group: string
  /** Of full scale 1, at `madeRate`. */
  readonly samples: Float32Array
  /** Hz at every whole millisecond, 0 where there is no voice. */
  readonly truth: Float32Array
  /** Whether it is only to be heard as a telephone has it: 8 kHz, 300–3400 Hz, µ-law. */
  readonly telephone?: boolean
}

/** Fundamental frequency and strength of a voice over time. */
export interface Contour {
  readonly durationMs: number
  /** Hz; what it says where `strength` is 0 does not count. */
  hz(atMs: number): number
  /** 0..1; under 0.1 (−20 dB) nothing is voiced. */
  strength(atMs: number): number
}

export type Random = () => number

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}

/** The same in even musical steps. */
export function pitchBetween(random: Random, low: number, high: number): number {
  return low * (high / low) ** random()
}

/** The truth of a contour, and of what is silent around it. */
export function truthOf({ durationMs, hz, strength }: Contour): Float32Array {
  return Float32Array.from({ length: Math.ceil(durationMs) + 1 }, (_, ms) =>
    strength(ms) >= 0.1 ? hz(ms) : 0,
  )
}

/** Strength of voice between two moments, with ramps of half a cosine. */
export function gate(atMs: number, fromMs: number, untilMs: number, rampMs: number): number {
  const inside = Math.min(atMs - fromMs, untilMs - atMs)
  if (inside <= 0) return 0
  return inside >= rampMs ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * inside) / rampMs)
}

/** Brings the loudest stretch of 100 ms to a level, in dBFS. */
export function levelled(samples: Float32Array, dbfs: number): Float32Array {
  const gain = 10 ** (dbfs / 20) / Math.sqrt(loudestPower(samples) + 1e-12)
  return samples.map(sample => sample * gain)
}

/** Mean square of the loudest 100 ms. */
export function loudestPower(samples: Float32Array): number {
  const size = madeRate / 10
  let loudest = 0
  for (let from = 0; from + size <= samples.length; from += size / 2) {
    let sum = 0
    for (let i = from; i < from + size; i++) sum += (samples[i] as number) ** 2
    loudest = Math.max(loudest, sum / size)
  }
  return loudest
}
