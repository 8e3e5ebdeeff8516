/** A small network (one hidden layer, ReLU, softmax) from frames of spectrum to the likelihood of each shape. */
import { visemes } from './viseme.js'

/** Frames that are looked at together, in hops from the one that is judged. */
export const CONTEXT = [-3, -1, 0, 1] as const
export const HIDDEN = 32

export interface EarNet {
  /** `inputs`: the frames of `CONTEXT` one after the other. Fills `likely`, one for each of `visemes`, sum 1. */
  judge(inputs: Float32Array, likely: Float32Array): void
}

/** Weights of a network for so many inputs: each hidden unit's, their offsets, each shape's, their offsets. */
export function weightCount(inputs: number): number {
  return HIDDEN * (inputs + 1) + visemes.length * (HIDDEN + 1)
}

export function createEarNet(weights: Float32Array, inputs: number): EarNet {
  const hidden = new Float32Array(HIDDEN)
  const offsets = HIDDEN * inputs
  const second = offsets + HIDDEN
  const lastOffsets = second + visemes.length * HIDDEN
  return {
    judge(values, likely) {
      for (let unit = 0; unit < HIDDEN; unit++) {
        let sum = weights[offsets + unit] as number
        const from = unit * inputs
        for (let i = 0; i < inputs; i++) sum += (weights[from + i] as number) * (values[i] as number)
        hidden[unit] = sum > 0 ? sum : 0
      }
      let largest = Number.NEGATIVE_INFINITY
      for (let shape = 0; shape < visemes.length; shape++) {
        let sum = weights[lastOffsets + shape] as number
        const from = second + shape * HIDDEN
        for (let unit = 0; unit < HIDDEN; unit++)
          sum += (weights[from + unit] as number) * (hidden[unit] as number)
        likely[shape] = sum
        if (sum > largest) largest = sum
      }
      let total = 0
      for (let shape = 0; shape < visemes.length; shape++) {
        const each = Math.exp((likely[shape] as number) - largest)
        likely[shape] = each
        total += each
      }
      for (let shape = 0; shape < visemes.length; shape++) likely[shape] = (likely[shape] as number) / total
    },
  }
}

/** Weights as written in the source: 16-bit numbers (LE, base64) times a scale. */
export function weightsOf({
  scale,
  base64,
}: {
  readonly scale: number
  readonly base64: string
}): Float32Array {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(2 * i, true) * scale)
}
