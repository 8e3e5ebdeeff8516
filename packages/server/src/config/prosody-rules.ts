import { prosodyFrameRange } from '@parley/transports/prosody-frame-range'
import type { Rule } from './cross-check.js'

/** What an analyser can be made of: the sizes of frame and hop are samples, and what they last depends on the rate. */
const frameLasts: Rule = ({ prosodyRate: rate, prosodyFrameSize: size }) => {
  const { minFrameMs, maxFrameMs } = prosodyFrameRange
  const ms = (size * 1000) / rate
  if (ms >= minFrameMs && ms <= maxFrameMs) return undefined
  return {
    level: 'error',
    name: 'PROSODY_FRAME_SIZE',
    sentence: `PROSODY_FRAME_SIZE=${size} lasts ${ms.toFixed(1)} ms at PROSODY_SAMPLE_RATE=${rate}, and must last ${minFrameMs} to ${maxFrameMs}`,
    cure: `Set ${Math.ceil((minFrameMs * rate) / 1000)} to ${Math.floor((maxFrameMs * rate) / 1000)}; 64 ms are ${Math.round(0.064 * rate)}.`,
  }
}

const hopFits: Rule = ({ prosodyRate: rate, prosodyFrameSize: frame, prosodyHopSize: hop }) => {
  const least = Math.ceil((prosodyFrameRange.minHopMs * rate) / 1000)
  if (hop >= least && hop <= frame) return undefined
  return {
    level: 'error',
    name: 'PROSODY_HOP_SIZE',
    sentence:
      hop > frame
        ? `PROSODY_HOP_SIZE=${hop} is more than PROSODY_FRAME_SIZE=${frame}: sound would be passed over`
        : `PROSODY_HOP_SIZE=${hop} is less than ${prosodyFrameRange.minHopMs} ms at PROSODY_SAMPLE_RATE=${rate}`,
    cure: `Set ${least} to ${frame}; half a frame is ${Math.round(frame / 2)}.`,
  }
}

const idleBeforeOld: Rule = ({ prosodyIdleMs, prosodyTotalMs }) => {
  if (prosodyIdleMs <= prosodyTotalMs) return undefined
  return {
    level: 'warning',
    name: 'PROSODY_IDLE_TIMEOUT',
    sentence: 'PROSODY_IDLE_TIMEOUT is over PROSODY_CONNECTION_TIMEOUT and never met',
    cure: 'Set it lower.',
  }
}

export const prosodyRules: readonly Rule[] = [frameLasts, hopFits, idleBeforeOld]
