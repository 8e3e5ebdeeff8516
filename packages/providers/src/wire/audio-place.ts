/**
 * Where a recogniser's times lie on the caller's media time. Vendors count from the first sample they were sent; media
 * time has gaps (pauses, other legs), so each gap is remembered as a jump.
 */

import type { AudioFrame } from '@parley/audio'

export interface AudioPlace {
  /** A frame was sent. */
  sent(frame: AudioFrame): void
  /** Media time, ms, of a time in the stream of sent sound, ms. */
  mediaMs(streamMs: number): number
  /** Sound sent so far, ms. */
  readonly sentMs: number
}

/** Jumps kept; times before the oldest are placed by it. */
const JUMPS_KEPT = 64
/** Less is rounding. */
const JUMP_MS = 1

export function audioPlace(): AudioPlace {
  const jumps: { readonly streamMs: number; readonly offsetMs: number }[] = []
  let sentMs = 0

  return {
    sent({ samples, rate, atMs }) {
      const offsetMs = atMs - sentMs
      const last = jumps.at(-1)
      if (last === undefined || Math.abs(offsetMs - last.offsetMs) > JUMP_MS) {
        jumps.push({ streamMs: sentMs, offsetMs })
        if (jumps.length > JUMPS_KEPT) jumps.shift()
      }
      sentMs += (samples.length * 1000) / rate
    },
    mediaMs(streamMs) {
      let offsetMs = jumps[0]?.offsetMs ?? 0
      for (const jump of jumps) if (jump.streamMs <= streamMs) offsetMs = jump.offsetMs
      return streamMs + offsetMs
    },
    get sentMs() {
      return sentMs
    },
  }
}
