/** When the n-th sample of a call was spoken and when it was sent. */
import { FRAME_MS } from './mouth.js'
import type { Trace } from './trace.js'

export interface Moments {
  /** When the frame that holds the sample left, and so, on one machine, arrived. */
  sentMs(sample: number): number
  /** When the sample was at the mouth: a frame leaves with its last sample. */
  mouthMs(sample: number): number
}

export function momentsOf({ sentAtMs }: Pick<Trace, 'sentAtMs'>, rate: number): Moments {
  const frameSamples = (rate * FRAME_MS) / 1000
  function sentMs(sample: number): number {
    const index = Math.floor(sample / frameSamples)
    const last = sentAtMs.length - 1
    // Beyond what was sent, frames would have followed at their pace.
    return index <= last
      ? (sentAtMs[index] ?? Number.NaN)
      : (sentAtMs[last] ?? Number.NaN) + (index - last) * FRAME_MS
  }
  return {
    sentMs,
    mouthMs: sample => sentMs(sample) - FRAME_MS + ((sample % frameSamples) * 1000) / rate,
  }
}
