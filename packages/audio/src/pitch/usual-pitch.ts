/**
 * Where this speaker's pitch usually is, in octaves (log2 of Hz): a running mean that weighs what was surely voiced. A candidate far
 * from it costs a little, and the more the longer the speaker is known; never so much that a clear jump is not heard.
 */

export interface UsualPitch {
  /** What a candidate costs for being unusual, 0 where nothing is known. */
  costOf(octaves: number): number
  heard(octaves: number, voicing: number): void
  reset(): void
}

const usualPrice = {
  /** For each octave beyond those that are free, up to the most. */
  perOctave: 0.95,
  most: 1.5,
  freeOctaves: 0.42,
  /** Voiced time after which it costs all of this, and that the mean reaches back. */
  knownMs: 1500,
  memoryMs: 8000,
}
const leastVoicing = 0.8

export function createUsualPitch(hopMs: number): UsualPitch {
  const state = { octaves: 0.5, heardMs: 0.5 }
  state.heardMs = 0
  return {
    costOf(octaves) {
      if (state.heardMs === 0) return 0
      const away = Math.abs(octaves - state.octaves) - usualPrice.freeOctaves
      if (away <= 0) return 0
      const known = Math.min(1, state.heardMs / usualPrice.knownMs)
      return known * Math.min(usualPrice.most, away * usualPrice.perOctave)
    },
    heard(octaves, voicing) {
      if (voicing < leastVoicing) return
      state.heardMs = Math.min(usualPrice.memoryMs, state.heardMs + hopMs)
      state.octaves += (octaves - state.octaves) * Math.min(1, hopMs / state.heardMs)
    },
    reset() {
      state.heardMs = 0
    },
  }
}
