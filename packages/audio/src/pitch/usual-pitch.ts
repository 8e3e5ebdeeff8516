/**
 * Where this speaker's pitch usually is, in octaves: a running mean that weighs what was surely voiced. A candidate far
 * from it costs a little, and the more the longer the speaker is known; never so much that a clear jump is not heard.
 */

export interface UsualPitch {
  /** What a candidate costs for being unusual, 0 where nothing is known. */
  costOf(hz: number): number
  heard(hz: number, voicing: number): void
  reset(): void
}

export const usualPrice = { perOctave: 0.8, most: 0.8, freeOctaves: 0.22, knownMs: 1500, memoryMs: 8000 }
const leastVoicing = 0.8

export function createUsualPitch(hopMs: number): UsualPitch {
  const state = { octaves: 0.5, heardMs: 0.5 }
  state.heardMs = 0
  return {
    costOf(hz) {
      if (state.heardMs === 0) return 0
      const away = Math.abs(Math.log2(hz) - state.octaves) - usualPrice.freeOctaves
      if (away <= 0) return 0
      const known = Math.min(1, state.heardMs / usualPrice.knownMs)
      return known * Math.min(usualPrice.most, away * usualPrice.perOctave)
    },
    heard(hz, voicing) {
      if (voicing < leastVoicing) return
      state.heardMs = Math.min(usualPrice.memoryMs, state.heardMs + hopMs)
      state.octaves += (Math.log2(hz) - state.octaves) * Math.min(1, hopMs / state.heardMs)
    },
    reset() {
      state.heardMs = 0
    },
  }
}
