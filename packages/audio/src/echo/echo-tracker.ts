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
import { createSentLine, type SentLine } from './sent-line.js'

export interface EchoTracker {
  /** A frame that was sent, and the time on the line of what is heard at which it would come back at once. */
  sent(frame: AudioFrame, dueMs: number): void
  /** What was sent and is due from `atMs` on will not come back: it was taken back. */
  cut(atMs: number): void
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
const fade = 10 ** (-0.2 / 10 / narrowPerMs)
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
  let sentLine: SentLine | undefined
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
  /** Smoothed powers of what is heard, of what is left of it, of the prediction, the explained one fading, and cross. */
  const powers = new Float64Array(5)

  const rawShare = (): number => {
    const [all = 0, rest = 0] = powers
    return all > 1 ? 1 - rest / all : 0
  }

  /** What is left over once the prediction has the loudness that fits best: the far end lowers a ducked voice itself. */
  const restPower = (): number => {
    const [all = 0, , echo = 0, , cross = 0] = powers
    return Math.max(0, all - explained(echo, cross))
  }

  /** How fast the path may learn while it explains this share. */
  const rateAt = (raw: number): number => (raw > agreedShare ? 0.2 : raw > 0.3 ? 0.04 : 0)

  /** Follows `count` samples that were heard. */
  const follow = (samples: Float64Array, count: number, sent: SentLine): void => {
    let [all = 0, rest = 0, echo = 0, fading = 0, cross = 0] = powers
    const known = !Number.isNaN(delay)
    for (let i = 0; i < count; i++) {
      const sample = samples[i] as number
      heard[clock % needleSamples] = sample
      const newest = known ? sent.index(clock - delay) : 0
      clock++
      const predicted = known ? path.predict(sent.ring, newest) : 0
      const error = sample - predicted
      all += smoothing * (sample * sample - all)
      rest += smoothing * (error * error - rest)
      echo += smoothing * (predicted * predicted - echo)
      cross += smoothing * (sample * predicted - cross)
      fading = Math.max(explained(echo, cross), fading * fade)
      if (echo <= 1) continue
      const raw = all > 1 ? 1 - rest / all : 0
      const rate = rateAt(raw)
      if (rate > 0) path.learn(sent.ring, newest, rate * error)
      else if (raw < -0.2) path.shrink(0.999)
      if (raw > agreedShare && agreed < agreedSamples) agreed++
    }
    powers[0] = all
    powers[1] = rest
    powers[2] = echo
    powers[3] = fading
    powers[4] = cross
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
    powers.fill(0)
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
    powers.fill(0)
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
      const [all = 0, , , fading = 0] = powers
      if (!active || all <= 1) return 0
      return Math.max(0, 1 - Math.max(0, restPower() - fading * tail) / all)
    },
    get restDb() {
      return dbfs(restPower())
    },
    get echoDb() {
      return dbfs(powers[3] as number)
    },
    sent(frame, dueMs) {
      sentLine ??= createSentLine()
      sentLine.write(frame, dueMs)
      if (sentLine.stretches === stretch) return
      stretch = sentLine.stretches
      agreed = 0
    },
    cut(atMs) {
      sentLine?.cut(atMs)
    },
    hear(step, loud) {
      if (sentLine === undefined) return
      const now = Math.round(step.atMs * narrowPerMs)
      const was = active
      active = now < sentLine.soundEnd + reachSamples
      if (!active) return
      if (!was || Math.abs(now - clock) > 2 * narrowPerMs) begin(now)
      const count = line.hear(step.samples)
      follow(line.out, count, sentLine)
      notice(loud, count)
      if (loud && due()) seek()
    },
    reset() {
      active = false
    },
  }
}

/** Power of the sound that a prediction of power `echo` explains at the best loudness, up to 18 dB over its own. */
function explained(echo: number, cross: number): number {
  if (echo <= 1 || cross <= 0) return 0
  return Math.min(cross / echo, 8) * cross
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
