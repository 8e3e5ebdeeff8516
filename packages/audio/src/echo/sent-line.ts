/**
 * The agent's sound of the last seconds as a narrow line on the caller's media time, gaps filled with silence. What is
 * sent again from an earlier time (because what lay there was cleared) takes the place of what was there.
 */

import type { AudioFrame } from '../frame.js'
import { createNarrowLine, type NarrowLine, narrowPerMs } from './narrow-line.js'

export interface SentLine {
  /** A frame of the agent's sound that is due at `dueMs` of the caller's media time. */
  write(frame: AudioFrame, dueMs: number): void
  /** What is due from `atMs` on was taken back; what is sent next begins anew, wherever it is due. */
  cut(atMs: number): void
  /** The samples, round and round: sample `at` stands at `index(at)`, and the 4 s before it in a row before that. */
  readonly ring: Float64Array
  index(at: number): number
  /** The sample after the last that was not silent. */
  readonly soundEnd: number
  /** How often the line was begun anew, since what follows may come back with another delay. */
  readonly stretches: number
}

/** Samples kept: 4 s. */
const size = 16_384
/** Frames are sent in bursts and played in a row: what is off by less than this is in a row all the same, in samples. */
const tolerance = 80 * narrowPerMs
/** Below this a sample is silence. */
const silent = 20

export function createSentLine(): SentLine {
  /** Every sample stands here twice, `size` apart, so that any stretch lies in one piece. */
  const ring = new Float64Array(2 * size)
  let line: NarrowLine | undefined
  let rate = 0
  let end = 0
  let soundEnd = Number.NEGATIVE_INFINITY
  let stretches = 0
  let fresh = false

  const take = (sample: number): void => {
    const at = wrap(end)
    ring[at] = sample
    ring[at + size] = sample
    end++
    if (sample > silent || sample < -silent) soundEnd = end
  }

  const jump = (to: number): void => {
    line?.reset()
    stretches++
    if (to - end >= size || to < end - size) ring.fill(0)
    else for (let at = end; at < to; at++) ring[wrap(at)] = ring[wrap(at) + size] = 0
    for (let at = to; at < end; at++) ring[wrap(at)] = ring[wrap(at) + size] = 0
    end = to
    soundEnd = Math.min(soundEnd, end)
  }

  return {
    get soundEnd() {
      return soundEnd
    },
    write(frame, dueMs) {
      if (line === undefined || rate !== frame.rate) {
        rate = frame.rate
        line = createNarrowLine(rate)
      }
      const due = Math.round(dueMs * narrowPerMs)
      if (fresh || Math.abs(due - end) > tolerance) jump(due)
      fresh = false
      const count = line.hear(frame.samples)
      for (let i = 0; i < count; i++) take(line.out[i] as number)
    },
    cut(atMs) {
      const at = Math.round(atMs * narrowPerMs)
      if (at < end) jump(at)
      fresh = true
    },
    ring,
    index: at => wrap(at) + size,
    get stretches() {
      return stretches
    },
  }
}

function wrap(at: number): number {
  return ((at % size) + size) % size
}
