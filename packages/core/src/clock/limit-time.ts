/** A limit of time on work that somebody else may call off as well: one signal for both, and who it was. */

import type { Clock } from './clock.js'

export interface TimeLimit {
  /** Aborts when the time is over, when `outer` aborts, and at `end`. */
  readonly signal: AbortSignal
  /** Whether the time was over before anything else. */
  readonly late: boolean
  /** The work is over: lets go of clock and `outer`. */
  end(): void
}

/** @param ms from now on */
export function limitTime(clock: Clock, ms: number, outer: AbortSignal): TimeLimit {
  const own = new AbortController()
  const stop = () => own.abort()
  let late = false
  outer.addEventListener('abort', stop, { once: true })
  if (outer.aborted) stop()
  const cancel = clock.after(ms, () => {
    late = !own.signal.aborted
    stop()
  })
  return {
    signal: own.signal,
    get late() {
      return late
    },
    end() {
      cancel()
      outer.removeEventListener('abort', stop)
      stop()
    },
  }
}
