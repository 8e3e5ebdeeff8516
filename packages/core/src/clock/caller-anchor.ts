/**
 * Where the caller's media time stands on the gateway's clock. A frame cannot come before it was spoken, so the frame that
 * came soonest of the last seconds tells; jitter only ever makes frames late. Follows the drift of the far end's clock.
 */

const bucketMs = 5_000

export interface CallerAnchor {
  /** A frame whose sound ended at `endMs` of media time has come. Returns what to add to media time for the clock's. */
  came(endMs: number, nowMs: number): number
}

export function createCallerAnchor(): CallerAnchor {
  let beganMs = Number.NEGATIVE_INFINITY
  let before = Number.POSITIVE_INFINITY
  let least = Number.POSITIVE_INFINITY
  return {
    came(endMs, nowMs) {
      if (nowMs - beganMs > bucketMs) {
        before = least
        least = Number.POSITIVE_INFINITY
        beganMs = nowMs
      }
      least = Math.min(least, nowMs - endMs)
      return Math.min(before, least)
    },
  }
}
