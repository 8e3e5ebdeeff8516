/**
 * Where what was heard last lies in what was sent before, 60 ms early to 800 ms late, and the path between the two. A
 * search costs two transforms and a little training: under a millisecond, whatever the range.
 */

import { createEchoPath, type EchoPath, pathSamples } from './echo-path.js'
import { findLag, type Lag } from './lag-search.js'
import { narrowPerMs } from './narrow-line.js'
import type { SentLine } from './sent-line.js'

export interface EchoSearch {
  /**
   * Looks for `heard`, whose last sample is the one before `end` on the line of what was sent. Whether it was found;
   * then `delay`, `path` and `share` tell where, how, and how much of it is explained.
   */
  run(sent: SentLine, heard: Float64Array, end: number): boolean
  /** Samples by which the newest sample of the path lies back. */
  readonly delay: number
  readonly path: EchoPath
  readonly share: number
  /** How far the best place stood out, for measurements. */
  readonly prominence: number
}

/** Samples that are looked for: 160 ms. */
export const needleSamples = 160 * narrowPerMs
export const longestDelay = 800 * narrowPerMs
const shortestDelay = -60 * narrowPerMs
const haySamples = needleSamples + longestDelay - shortestDelay
/** The path begins this much before the place found, since the highest peak need not be the first. */
const leadSamples = 4 * narrowPerMs
/** A place that stands out this much is tried; see the measurements in docs/turn-taking.md. */
const prominent = 7
const trainings = 3
const trainingRate = 0.5
/** So much must be explained in the last training. */
const leastShare = 0.45

export function createEchoSearch(): EchoSearch {
  const path = createEchoPath()
  const lag: Lag = { at: 0, prominence: 0 }
  let delay = Number.NaN
  let share = 0

  const train = (sent: SentLine, heard: Float64Array, end: number): void => {
    path.reset()
    for (let turn = 0; turn < trainings; turn++) {
      let left = 0
      let all = 0
      for (let i = 0; i < needleSamples; i++) {
        const sample = heard[i] as number
        const at = end - needleSamples + i - delay
        const newest = sent.index(at)
        const error = sample - path.predict(sent.ring, newest)
        path.learn(sent.ring, newest, trainingRate * error)
        left += error * error
        all += sample * sample
      }
      share = all > 0 ? Math.max(0, 1 - left / all) : 0
    }
  }

  return {
    path,
    get delay() {
      return delay
    },
    get share() {
      return share
    },
    get prominence() {
      return lag.prominence
    },
    run(sent, heard, end) {
      const last = sent.index(end - 1 - shortestDelay)
      findLag(heard, sent.ring.subarray(last + 1 - haySamples, last + 1), lag)
      if (lag.prominence < prominent) return false
      delay = longestDelay - lag.at - leadSamples
      train(sent, heard, end)
      return share >= leastShare
    },
  }
}

/** Delay of the sound itself, in ms, where the path begins `delay` samples back. */
export function soundDelayMs(delay: number): number {
  return (delay + leadSamples) / narrowPerMs
}

/** Where the ring is read: {@link pathSamples} before the longest delay at the most. */
export const reachSamples = longestDelay + pathSamples
