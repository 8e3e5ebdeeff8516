import type { Clock } from '@parley/core'

/**
 * How fast a client is read. Sound may come faster than time, for a file; what comes faster than `factor` for long
 * waits at the sender: nothing is lost and nobody is cut.
 */
export interface SoundPace {
  /** Counts so much sound, ms, and tells how long not to read, ms; 0 for not at all. */
  take(soundMs: number): number
}

export function createSoundPace(clock: Clock, factor: number, burstMs: number): SoundPace {
  const state = { levelMs: 0, atMs: clock.now() }
  return {
    take(soundMs) {
      const now = clock.now()
      state.levelMs = Math.max(0, state.levelMs - (now - state.atMs) * factor) + soundMs
      state.atMs = now
      // Down to half, so that the socket is not stopped and started for each message.
      return state.levelMs <= burstMs ? 0 : (state.levelMs - burstMs / 2) / factor
    },
  }
}
