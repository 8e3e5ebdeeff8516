/**
 * The sound of the last moments, for recognisers that begin anew with each turn: speech is noticed a little after it began,
 * and what was heard before that belongs to the turn.
 */

import type { AudioFrame } from '@parley/audio'

export interface RecentSound {
  /** The frame is copied. */
  hear(frame: AudioFrame): void
  /** The frames that end after this media time, in order. */
  since(fromMs: number): readonly AudioFrame[]
  clear(): void
}

/** Keeps `keptMs` of media time. */
export function recentSound(keptMs: number): RecentSound {
  const kept: AudioFrame[] = []
  return {
    hear(frame) {
      kept.push({ ...frame, samples: frame.samples.slice() })
      for (let first = kept[0]; first !== undefined && first.atMs < frame.atMs - keptMs; first = kept[0])
        kept.shift()
    },
    since: fromMs => kept.filter(({ samples, rate, atMs }) => atMs + (samples.length * 1000) / rate > fromMs),
    clear() {
      kept.length = 0
    },
  }
}
