/** Joins hops with the same tone to tones that were held: steady in pitch and level, with what was before and behind them. */

import { type ToneHop, toneHopMs, toneWindowMs } from './tone-meter.js'

export interface Tone {
  hz: number
  startMs: number
  endMs: number
  levelDb: number
  /** How much it rose over what was before, dB. */
  riseDb: number
  /** How far its pitch wandered, its first and last window left out: those are half of something else. */
  spreadHz: number
}

export interface ToneRuns {
  /** The tone that ended with this hop, if one did; shorter than 64 ms is none. */
  hop(hop: ToneHop): Tone | undefined
  /** The tone that is being held. */
  readonly held: Tone | undefined
}

/** How far the pitch of one hop may be from the tone's: whichever is more. */
const hzSlack = 14
const hzShare = 0.012
const levelSlackDb = 4
/** Hops that may be spoiled by a click, or by the turned phase of a modem's tone. */
const mostSpoiled = 2
const leastHops = 3
/** The last hops before a tone that count as what was before; the one next to it is half the tone's own. */
const before = 6

export function createToneRuns(): ToneRuns {
  const levels = new Float64Array(before + 2).fill(-100)
  let at = 0
  let tone: Tone | undefined
  let hops = 0
  let spoiled = 0
  let lowest = 0
  let highest = 0
  let lastHz = 0

  const levelBefore = (): number => {
    let most = -100
    for (let i = 0; i < before; i++) most = Math.max(most, levels[(at + i) % levels.length] as number)
    return most
  }

  const fits = (run: Tone, { hz, levelDb }: ToneHop): boolean =>
    hz > 0 &&
    Math.abs(hz - run.hz) <= Math.max(hzSlack, run.hz * hzShare) &&
    Math.abs(levelDb - run.levelDb) <= levelSlackDb

  const begin = ({ atMs, hz, levelDb }: ToneHop): void => {
    const rise = levelDb - levelBefore()
    tone = { hz, startMs: atMs, endMs: atMs + toneWindowMs, levelDb, riseDb: rise, spreadHz: 0 }
    hops = 1
    spoiled = 0
    lowest = Number.POSITIVE_INFINITY
    highest = 0
  }

  const extend = (run: Tone, { atMs, hz, levelDb }: ToneHop): void => {
    hops++
    spoiled = 0
    const weight = 1 / Math.min(hops, 8)
    run.hz += (hz - run.hz) * weight
    run.levelDb += (levelDb - run.levelDb) * weight
    run.endMs = atMs + toneWindowMs
    if (hops > 2) {
      lowest = Math.min(lowest, lastHz)
      highest = Math.max(highest, lastHz)
      run.spreadHz = highest - lowest
    }
    lastHz = hz
  }

  const end = (): Tone | undefined => {
    const ended = hops >= leastHops ? tone : undefined
    tone = undefined
    return ended
  }

  const step = (hop: ToneHop): Tone | undefined => {
    if (tone === undefined) {
      if (hop.hz > 0) begin(hop)
      return undefined
    }
    // A stream that broke off holds no tone.
    const gapMs = hop.atMs - tone.endMs
    if (fits(tone, hop) && gapMs <= mostSpoiled * toneHopMs) {
      extend(tone, hop)
      return undefined
    }
    spoiled++
    if (spoiled <= mostSpoiled && hop.hz === 0) return undefined
    const ended = end()
    if (hop.hz > 0) begin(hop)
    return ended
  }

  return {
    get held() {
      return hops >= leastHops ? tone : undefined
    },
    hop(hop) {
      const ended = step(hop)
      levels[at] = hop.levelDb
      at = (at + 1) % levels.length
      return ended
    },
  }
}
