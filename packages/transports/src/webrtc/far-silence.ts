/**
 * Whether a far end that only stopped is still there: one that sends reports never is silent for long.
 *
 * Time is counted in beats, each for little at most: where this process stood still, nothing is held against the far end.
 */

export interface FarSilence {
  /** A packet came; `isReport` for RTCP. */
  heard(isReport: boolean): void
  /** True once it is lost. One that never reported is never taken for lost. */
  beat(nowMs: number): boolean
}

/** The most that one beat counts for, ms. */
const MOST_BEAT_MS = 100

/** @param silentMs silence that makes it lost. */
export function createFarSilence(silentMs: number): FarSilence {
  let reports = false
  let quietMs = 0
  let lastMs: number | undefined
  return {
    heard(isReport) {
      quietMs = 0
      reports ||= isReport
    },
    beat(nowMs) {
      quietMs += Math.min(MOST_BEAT_MS, nowMs - (lastMs ?? nowMs))
      lastMs = nowMs
      return reports && quietMs >= silentMs
    },
  }
}
