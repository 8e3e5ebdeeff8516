/**
 * The sound card's time at the ear on the page's clock. The browser says both at once (Web Audio API, getOutputTimestamp),
 * in steps as large as the card's buffer and with some jitter; both clocks run alike, so their distance is smoothed.
 */

export type EarContext = Pick<AudioContext, 'currentTime' | 'baseLatency' | 'outputLatency'> &
  Partial<Pick<AudioContext, 'getOutputTimestamp'>>

/** Off by more, it is another device, or sound that was suspended, s. */
const JUMP_S = 0.06
/** What was not rendered is not heard: the rest is the jitter of what the browser says, s. */
const AHEAD_S = 0.03
/** How much of what is new counts. */
const FOLLOW = 0.05

/** Returns the context time, s, of what is heard at `nowMs` of `performance.now()`. */
export function createEarClock(context: EarContext): (nowMs: number) => number {
  const distance = { s: Number.NaN }
  return nowMs => {
    const seen = distanceOf(context, nowMs)
    const off = seen - distance.s
    if (Math.abs(off) <= JUMP_S) distance.s += off * FOLLOW
    else distance.s = seen
    // Sound that is suspended stands still, and what the browser says of it does not tell so.
    return Math.min(nowMs / 1000 + distance.s, context.currentTime + AHEAD_S)
  }
}

function distanceOf(context: EarContext, nowMs: number): number {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {}
  // Before the first sound, and where it is not known, all is 0.
  if (performanceTime > 0) return contextTime - performanceTime / 1000
  return context.currentTime - (context.baseLatency || 0) - (context.outputLatency || 0) - nowMs / 1000
}
