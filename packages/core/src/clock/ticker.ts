import type { Cancel, Clock } from './clock.js'

/** One beat for all playouts of a process: a timer for each session would cost three times as much. */
export interface Ticker {
  readonly periodMs: number
  /** Runs on every beat until cancelled. The beat stops while nobody listens. */
  add(run: (nowMs: number) => void): Cancel
}

/** Beats stay on the grid of the first one; beats missed by a stalled process are left out, not made up for. */
export function createTicker(clock: Clock, periodMs = 20): Ticker {
  const members = new Set<(nowMs: number) => void>()
  let nextAt = 0
  let cancel: Cancel | undefined

  function beat(): void {
    const now = clock.now()
    nextAt = Math.max(nextAt + periodMs, now + 1)
    cancel = clock.after(nextAt - now, beat)
    for (const run of members) run(now)
  }

  return {
    periodMs,
    add(run) {
      // A member of its own, so that the same function added twice is two members.
      const member = (nowMs: number) => run(nowMs)
      members.add(member)
      if (cancel === undefined) {
        nextAt = clock.now() + periodMs
        cancel = clock.after(periodMs, beat)
      }
      return () => {
        members.delete(member)
        if (members.size === 0) {
          cancel?.()
          cancel = undefined
        }
      }
    },
  }
}
