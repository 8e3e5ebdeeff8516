/**
 * Tells how far what is heard is what was sent, coming back: by the delay at which one lies in the other, then by a
 * path that predicts the one from the other. The delay is sought only in sound above the noise while something sent
 * may be coming back, at most once in 60 ms; everything else costs one prediction per sample at 4 kHz, and nothing at
 * all while nothing was sent. Deterministic: no clock, no chance.
 */

import type { AudioFrame } from '../frame.js'
import { createEchoPath } from './echo-path.js'
import { createEchoSearch, needleSamples, reachSamples, soundDelayMs } from './echo-search.js'
import { createNarrowLine, narrowPerMs } from './narrow-line.js'
import { createSentLine } from './sent-line.js'

export interface EchoTracker {
  /** A frame that was sent, and the time on the line of what is heard at which it would come back at once. */
  sent(frame: AudioFrame, dueMs: number): void
  /** The next stretch that was heard, a few ms; `loud` tells whether it is above the noise. */
  hear(step: AudioFrame, loud: boolean): void
  /** Whether something that was sent may be coming back just now. */
  readonly active: boolean
  /** Whether what comes back of the present stretch of sent sound is known to come back as predicted. */
  readonly found: boolean
  /** Delay of the last echo found, in ms; NaN before any. */
  readonly delayMs: number
  /** Whether a sound above the noise is under way, or was 200 ms ago. */
  readonly sounding: boolean
  /** Searches in vain in the sound that is heard. */
  readonly vain: number
  /** Share of the power of the last 25 ms or so that is explained, 0..1. */
  readonly share: number
  /** Level in the searched band of what is not explained, dBFS. */
  readonly restDb: number
  /** Level of the loudest prediction lately, fading like a room, dBFS. */
  readonly echoDb: number
  /** Forgets what was heard, but not the path, as after a break in the stream. */
  reset(): void
}

/** Sound of this length is searched for, again soon while nothing is known, and seldom after that. */
const firstSearch = 80 * narrowPerMs
const soonSearch = 60 * narrowPerMs
const seldomSearch = 240 * narrowPerMs
const soonSearches = 3
/** A sound is another one after so much quiet. */
const quietSamples = 200 * narrowPerMs
const smoothing = 1 - Math.exp(-1 / (25 * narrowPerMs))
/** A room fades by some 60 dB in 300 ms. */
const fading = 10 ** (-0.2 / 10 / narrowPerMs)
/** What a room adds beyond the path, and what the path errs, is taken to be this much under the prediction. */
const tail = 10 ** (-12 / 10)
const agreedShare = 0.6
const agreedSamples = 10 * narrowPerMs
const clearProminence = 11
/** Two delays are the same if they differ by no more. */
const sameSamples = 2 * narrowPerMs
const fullScale = 32_768 ** 2

/** @throws RangeError for a rate below 4000 Hz. */
export function createEchoTracker(rate: number): EchoTracker {
  const line = createNarrowLine(rate)
  const search = createEchoSearch()
  const path = createEchoPath()
  const heard = new Float64Array(needleSamples)
  let sentLine: ReturnType<typeof createSentLine> | undefined
  let clock = 0
  let active = false
  let delay = Number.NaN
  let stretch = 0
  let agreed = 0
  let loudSamples = 0
  let quiet = 0
  let sinceSearch = 0
  let vain = 0
  let candidate = Number.NaN
  let heardPower = 0
  let restPower = 0
  let predictedPower = 0
  let fadingPower = 0

  const rawShare = (): number => (heardPower > 1 ? 1 - restPower / heardPower : 0)

  const learn = (error: number): void => {
    const raw = rawShare()
    if (raw > agreedShare) path.learn(error, 0.2)
    else if (raw > 0.3) path.learn(error, 0.04)
    else if (raw < -0.2) path.shrink(0.999)
    agreed = raw > agreedShare ? Math.min(agreedSamples, agreed + 1) : agreed
  }

  const take = (sample: number): void => {
    clock++
    const predicted =
      sentLine === undefined || Number.isNaN(delay)
        ? 0
        : path.predict(sentLine.ring, sentLine.index(clock - 1 - delay))
    const error = sample - predicted
    heardPower += smoothing * (sample * sample - heardPower)
    restPower += smoothing * (error * error - restPower)
    predictedPower += smoothing * (predicted * predicted - predictedPower)
    fadingPower = Math.max(predictedPower, fadingPower * fading)
    if (predictedPower > 1) learn(error)
  }

  /** The last samples heard in a row; filled as they come. */
  const keep = (sample: number): void => {
    heard[clock % needleSamples] = sample
    take(sample)
  }

  const seek = (): void => {
    sinceSearch = 0
    if (sentLine === undefined) return
    straighten(heard, clock % needleSamples)
    if (search.run(sentLine, straight, clock) && search.share > rawShare() && believable()) adopt()
    else vain++
  }

  /** A place is believed if it stands out by far, or twice; against a path that has proved itself, only both. */
  const believable = (): boolean => {
    if (Math.abs(search.delay - delay) <= sameSamples) return true
    const again = Math.abs(search.delay - candidate) <= sameSamples
    candidate = search.delay
    const clear = search.prominence >= clearProminence
    return agreed >= agreedSamples ? again && clear : again || clear
  }

  const adopt = (): void => {
    if (Math.abs(search.delay - delay) > sameSamples) agreed = 0
    delay = search.delay
    path.copy(search.path)
    vain = 0
    heardPower = 0
    restPower = 0
    predictedPower = 0
  }

  const notice = (loud: boolean, samples: number): void => {
    sinceSearch += samples
    if (loud) {
      loudSamples += samples
      quiet = 0
      return
    }
    quiet += samples
    if (quiet < quietSamples) return
    loudSamples = 0
    vain = 0
  }

  const due = (): boolean => {
    if (loudSamples < firstSearch || rawShare() > 0.4) return false
    return sinceSearch >= (vain < soonSearches ? soonSearch : seldomSearch)
  }

  const begin = (at: number): void => {
    line.reset()
    heard.fill(0)
    clock = at
    heardPower = 0
    restPower = 0
    predictedPower = 0
    fadingPower = 0
    loudSamples = 0
    quiet = 0
    vain = 0
    sinceSearch = seldomSearch
  }

  return {
    get active() {
      return active
    },
    get found() {
      return agreed >= agreedSamples
    },
    get delayMs() {
      return soundDelayMs(delay)
    },
    get sounding() {
      return loudSamples > 0
    },
    get vain() {
      return vain
    },
    get share() {
      if (!active || heardPower <= 1) return 0
      const rest = Math.max(0, restPower - fadingPower * tail)
      return Math.max(0, 1 - rest / heardPower)
    },
    get restDb() {
      return dbfs(restPower)
    },
    get echoDb() {
      return dbfs(fadingPower)
    },
    sent(frame, dueMs) {
      sentLine ??= createSentLine()
      sentLine.write(frame, dueMs)
      if (sentLine.stretches === stretch) return
      stretch = sentLine.stretches
      agreed = 0
    },
    hear(step, loud) {
      if (sentLine === undefined) return
      const now = Math.round(step.atMs * narrowPerMs)
      const was = active
      active = now < sentLine.soundEnd + reachSamples
      if (!active) return
      if (!was || Math.abs(now - clock) > 2 * narrowPerMs) begin(now)
      const before = clock
      line.hear(step.samples, keep)
      notice(loud, clock - before)
      if (loud && due()) seek()
    },
    reset() {
      active = false
    },
  }
}

/** Scratch of all trackers; used within one call. */
const straight = new Float64Array(needleSamples)

function straighten(ring: Float64Array, oldest: number): void {
  straight.set(ring.subarray(oldest), 0)
  straight.set(ring.subarray(0, oldest), ring.length - oldest)
}

function dbfs(power: number): number {
  return power <= 0 ? -100 : Math.max(-100, 10 * Math.log10(power / fullScale))
}
