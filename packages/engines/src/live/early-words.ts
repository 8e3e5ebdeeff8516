/** Words that came before the sound they belong to. */

import type { Clock } from '@parley/core'

export interface EarlyWords {
  keep(text: string, startMs: number, endMs: number): void
  /** Gives those that are not too old, and forgets all. */
  give(to: (text: string, startMs: number, endMs: number) => void): void
}

/** How long words may come before their sound, ms. */
const AHEAD_MS = 1_000
const MAX_KEPT = 50

export function earlyWords(clock: Clock): EarlyWords {
  let kept: readonly {
    readonly atMs: number
    readonly text: string
    readonly startMs: number
    readonly endMs: number
  }[] = []
  return {
    keep(text, startMs, endMs) {
      kept = [...kept.slice(1 - MAX_KEPT), { atMs: clock.now(), text, startMs, endMs }]
    },
    give(to) {
      const sinceMs = clock.now() - AHEAD_MS
      const words = kept
      kept = []
      for (const { atMs, text, startMs, endMs } of words) if (atMs >= sinceMs) to(text, startMs, endMs)
    },
  }
}
