/**
 * Says that a sound may be the beginning of voice before the detector is sure: by its rise over the noise, with a
 * voice-like shape. Whether it was one is said later, by others or by the time that has passed. Each onset that comes
 * to nothing raises the bar for the next, so that a rattling window does not keep the agent ducked.
 */

import { stepMs } from './cue-meter.js'

export type OnsetChange = 'onset' | 'onset-lost' | undefined

/** What one step of 4 ms was like. */
export interface OnsetCues {
  /** How far it is above the noise, in dB. */
  readonly riseDb: number
  readonly voicing: number
  /** Probability of voice in the last window. */
  readonly voice: number
  /** Where the step ended, media time. */
  readonly endMs: number
}

export interface EarlyOnset {
  /** The next 4 ms. */
  step(cues: OnsetCues): OnsetChange
  /** The detector is sure: the onset under way, if any, is confirmed. */
  confirm(): void
  /** Voice ended, or the stream broke off: what comes next is a sound of its own. */
  rest(): OnsetChange
  /** Media time at which the sound of the last onset began. */
  readonly onsetMs: number
  readonly pending: boolean
}

/** How much a sound must rise, in dB, for how long, and what else must speak for it. */
const voiced = { riseDb: 7, voicing: 0.6, holdMs: 8 }
const likely = { riseDb: 4, voice: 0.3, holdMs: 4 }
const loud = { riseDb: 11, holdMs: 20 }
/** An onset is given up when nothing has confirmed it for this long; a sound that went away, sooner. */
const patienceMs = 140
const fadedMs = 40
/** Bar for the next onset: this much more rise for each that came to nothing, and how fast that is forgotten. */
const penaltyDb = 4
const mostPenaltyDb = 16
const forgetDbPerS = 1
/** The sound must have been this soft for this long before another may begin. */
const rearmDb = 4
const rearmMs = 32

export function createEarlyOnset(): EarlyOnset {
  let barDb = 0
  let armed = true
  let softMs = 0
  let riseMs = 0
  let voicedMs = 0
  let loudMs = 0
  let onsetMs = 0
  let raisedMs = 0
  let fadeMs = 0
  let pending = false

  const lose = (): OnsetChange => {
    pending = false
    armed = false
    softMs = 0
    barDb = Math.min(mostPenaltyDb, barDb + penaltyDb)
    return 'onset-lost'
  }

  const raise = (endMs: number): OnsetChange => {
    pending = true
    onsetMs = endMs - riseMs
    raisedMs = endMs
    fadeMs = 0
    return 'onset'
  }

  const whilePending = (riseDb: number, endMs: number): OnsetChange => {
    fadeMs = riseDb < rearmDb ? fadeMs + stepMs : 0
    return fadeMs >= fadedMs || endMs - raisedMs >= patienceMs ? lose() : undefined
  }

  const rearm = (riseDb: number): void => {
    softMs = riseDb < rearmDb ? softMs + stepMs : 0
    if (softMs >= rearmMs) armed = true
  }

  const measure = ({ riseDb, voicing }: OnsetCues): void => {
    riseMs = riseDb >= likely.riseDb ? riseMs + stepMs : 0
    voicedMs = riseDb >= voiced.riseDb + barDb && voicing >= voiced.voicing ? voicedMs + stepMs : 0
    loudMs = riseDb >= loud.riseDb + barDb ? loudMs + stepMs : 0
  }

  return {
    get onsetMs() {
      return onsetMs
    },
    get pending() {
      return pending
    },
    step(cues) {
      const { riseDb, voice, endMs } = cues
      barDb = Math.max(0, barDb - (forgetDbPerS * stepMs) / 1000)
      measure(cues)
      if (pending) return whilePending(riseDb, endMs)
      if (!armed) {
        rearm(riseDb)
        return undefined
      }
      const sure =
        (riseMs >= likely.holdMs && voice >= likely.voice) ||
        voicedMs >= voiced.holdMs ||
        loudMs >= loud.holdMs
      return sure ? raise(endMs) : undefined
    },
    confirm() {
      pending = false
      barDb = 0
    },
    rest() {
      armed = false
      softMs = 0
      riseMs = 0
      voicedMs = 0
      loudMs = 0
      if (!pending) return undefined
      return lose()
    },
  }
}
