/**
 * The way from the agent's mouth to the caller's microphone: a filter of 24 ms that learns to predict what comes back
 * (normalised least mean squares; B. Widrow and M. Hoff, 1960; S. Haykin, Adaptive Filter Theory, ch. 6).
 */

export interface EchoPath {
  /** What is predicted to come back now, where `sent[newest]` is the newest sample that counts. */
  predict(sent: Float64Array, newest: number): number
  /** Learns from what was left over of the prediction from the same `sent` and `newest`; `step` is that times a rate, 0..1. */
  learn(sent: Float64Array, newest: number, step: number): void
  /** Believes less in itself: everything it predicts becomes `factor` of what it was. */
  shrink(factor: number): void
  /** Becomes what another has learnt. */
  copy(other: EchoPath): void
  readonly weights: Float64Array
  reset(): void
}

/** Samples at 4 kHz. */
export const pathSamples = 96
/** Keeps the step finite where next to nothing was sent, in squared sample values. */
const leastPower = 100 * pathSamples

export function createEchoPath(): EchoPath {
  const weights = new Float64Array(pathSamples)
  return {
    weights,
    predict(sent, newest) {
      let sum = 0
      for (let k = 0; k < pathSamples; k++) sum += (weights[k] as number) * (sent[newest - k] as number)
      return sum
    },
    learn(sent, newest, step) {
      let power = leastPower
      for (let k = 0; k < pathSamples; k++) power += (sent[newest - k] as number) ** 2
      const scale = step / power
      for (let k = 0; k < pathSamples; k++) {
        weights[k] = (weights[k] as number) + scale * (sent[newest - k] as number)
      }
    },
    shrink(factor) {
      for (let k = 0; k < pathSamples; k++) weights[k] = (weights[k] as number) * factor
    },
    copy(other) {
      weights.set(other.weights)
    },
    reset() {
      weights.fill(0)
    },
  }
}
