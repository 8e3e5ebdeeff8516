/**
 * Where each of a caller's frames stands on the gateway's clock, jitter taken out. A leg counts time from its own first
 * sample, and some count none while nothing is sent: a new leg, or a pause, is placed anew.
 */

import { type CallerAnchor, createCallerAnchor } from './caller-anchor.js'

export interface CallerPlaces {
  /** When the first sample of a frame came that comes now; `atMs` is its place in its leg. */
  place(frame: { readonly atMs: number; readonly durationMs: number }, nowMs: number): number
}

/** Between two frames, beyond what they last, ms: more is a pause of the sender, not jitter. */
const PAUSE_MS = 500

export function createCallerPlaces(): CallerPlaces {
  let anchor: CallerAnchor = createCallerAnchor()
  let lastAtMs = Number.NEGATIVE_INFINITY
  let lastNowMs = Number.NEGATIVE_INFINITY
  return {
    place({ atMs, durationMs }, nowMs) {
      const isOtherLeg = atMs < lastAtMs
      if (isOtherLeg || nowMs - lastNowMs > PAUSE_MS + durationMs) anchor = createCallerAnchor()
      lastAtMs = atMs
      lastNowMs = nowMs
      return atMs + anchor.came(atMs + durationMs, nowMs)
    },
  }
}
