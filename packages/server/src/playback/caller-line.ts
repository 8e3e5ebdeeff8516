/** Where the caller's media time stands on the session's clock: by the places that were logged, or else by a bound. */

import type { LoggedEvent } from '@parley/platform'

export interface CallerClock {
  /** Whether places were logged. */
  readonly logged: boolean
  /** Session time of the sample at `mediaMs`. */
  at(mediaMs: number): number
}

/** `log` in order. */
export function createCallerClock(log: readonly LoggedEvent[]): CallerClock {
  const places: { readonly mediaMs: number; readonly offsetMs: number }[] = []
  let leastMs = Number.POSITIVE_INFINITY
  for (const event of log) {
    if (event.kind === 'caller-placed')
      places.push({ mediaMs: event.mediaMs, offsetMs: event.atMs - event.mediaMs })
    // What is told of a sample is told after it came: the soonest of them bounds the offset.
    else if (event.kind === 'speech-started' || event.kind === 'speech-ended')
      leastMs = Math.min(leastMs, event.atMs - event.mediaMs)
  }
  if (places.length === 0) {
    const offsetMs = Number.isFinite(leastMs) ? Math.max(0, leastMs) : 0
    return { logged: false, at: mediaMs => mediaMs + offsetMs }
  }
  return {
    logged: true,
    at(mediaMs) {
      let low = 0
      let high = places.length - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if ((places[middle]?.mediaMs ?? 0) <= mediaMs) low = middle
        else high = middle - 1
      }
      return mediaMs + (places[low]?.offsetMs ?? 0)
    },
  }
}
