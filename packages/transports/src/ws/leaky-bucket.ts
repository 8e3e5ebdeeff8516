import type { Clock } from '@parley/core'

export interface LeakyBucket {
  /** Pours `amount` in; false when it runs over. */
  add(amount: number): boolean
}

/** Lets `perSecond` through for ever and up to `capacity` more at once. */
export function createLeakyBucket(clock: Clock, perSecond: number, capacity: number): LeakyBucket {
  let level = 0
  let atMs = clock.now()
  return {
    add(amount) {
      const now = clock.now()
      level = Math.max(0, level - ((now - atMs) * perSecond) / 1000) + amount
      atMs = now
      return level <= capacity
    },
  }
}
