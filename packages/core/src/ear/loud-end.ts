/**
 * Where in its voiced windows an utterance became too soft to be speech. A neural detector holds on for a window or two
 * after the last sound; this finds the sample. In noise nothing is that soft, and the windows' own end stands.
 */

import type { AudioFrame } from '@parley/audio'

/** The faintest consonants lie some 28 dB under the loudest vowels (Fletcher, 1953); what lies lower is decay. */
const speechRange = 10 ** (-35 / 10)
const blocksPerWindow = 4

export interface LoudEnd {
  /** Takes a voiced window of the utterance; its length is a multiple of four samples. */
  hear(window: AudioFrame): void
  /** Media time of the end of the last block within 35 dB of the loudest; −∞ before any. */
  readonly endMs: number
  /** Begins the next utterance. */
  reset(): void
}

export function createLoudEnd(): LoudEnd {
  let loudest = 0
  let endMs = Number.NEGATIVE_INFINITY
  return {
    hear({ samples, rate, atMs }) {
      const size = samples.length / blocksPerWindow
      for (let start = 0; start < samples.length; start += size) {
        const energy = energyOf(samples, start, start + size)
        loudest = Math.max(loudest, energy)
        if (energy >= loudest * speechRange) endMs = atMs + ((start + size) * 1000) / rate
      }
    },
    get endMs() {
      return endMs
    },
    reset() {
      loudest = 0
      endMs = Number.NEGATIVE_INFINITY
    },
  }
}

function energyOf(samples: Int16Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += (samples[i] as number) ** 2
  return sum
}
