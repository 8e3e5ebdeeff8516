import type { Clock } from '@parley/core'

/** When what a client was sent will have been played, if it plays at once and without a break. */
export interface PlayedOut {
  add(ms: number): void
  /** The client throws away what it has. */
  forget(): void
  /** ms. */
  readonly leftMs: number
}

export function createPlayedOut(clock: Pick<Clock, 'now'>): PlayedOut {
  let atMs = 0
  return {
    add(ms) {
      atMs = Math.max(atMs, clock.now()) + ms
    },
    forget() {
      atMs = 0
    },
    get leftMs() {
      return Math.max(0, atMs - clock.now())
    },
  }
}
