/**
 * What held tones mean on a telephone: the beep of an answering machine, the three tones before "the number you have
 * dialled", a fax. Tones of the network itself (ringing, dial tone, busy) mean nothing here.
 *
 * Sources: special information tones: ITU-T E.180 (950, 1400, 1800 Hz, 330 ms each) and Telcordia SR-3511 (913.8 or 985.2,
 * 1370.6 or 1428.5, 1776.7 Hz, 276 or 380 ms); fax: ITU-T T.30 (CNG 1100 ± 38 Hz, 0.5 s every 3.5 s; CED 2100 ± 15 Hz).
 */

import { type ToneHop, toneWindowMs } from './tone-meter.js'
import type { Tone, ToneRuns } from './tone-runs.js'

export type ToneMeaning =
  | { readonly kind: 'beep'; readonly hz: number; readonly startMs: number; readonly endMs: number }
  | { readonly kind: 'out-of-service' }
  | { readonly kind: 'fax' }

export interface ToneMeanings {
  /** `spoken`: whether a voice was heard before. */
  hop(hop: ToneHop, spoken: boolean): ToneMeaning | undefined
}

/** Windows round a duration by up to a hop on each side. */
const shortestBeepMs = 108
const longestBeepMs = 3_500
/** The single tone in which most of Europe's networks ring, are busy and wait. */
const networkHz = { least: 408, most: 442 }
/** Silence that shows that a tone was all there is, and how much softer it is. */
const aloneMs = 100
const fallDb = 8
const riseDb = 8
/** One that follows on sound without a rise must be longer, so that no vowel is one. */
const longBeepMs = 250
/** A voice that holds a vowel wanders more. */
const mostSpread = 0.008
const leastSpreadHz = 7
/** More than two tones in a row are a melody. */
const mostChained = 2
const sit = [
  { least: 880, most: 1_015 },
  { least: 1_330, most: 1_465 },
  { least: 1_735, most: 1_835 },
] as const
const sitMs = { least: 200, most: 480 }

export function createToneMeanings(runs: ToneRuns): ToneMeanings {
  let chain: Tone[] = []
  let quietestDb = 0
  let cngEndMs = Number.NEGATIVE_INFINITY
  let faxTold = false

  const isSit = (): boolean =>
    chain.length === sit.length &&
    chain.every((tone, i) => {
      const { least, most } = sit[i] as (typeof sit)[number]
      const ms = tone.endMs - tone.startMs
      return tone.hz >= least && tone.hz <= most && ms >= sitMs.least && ms <= sitMs.most
    })

  const take = (tone: Tone): void => {
    const last = chain.at(-1)
    if (last !== undefined && tone.startMs - last.endMs > aloneMs) chain = []
    chain.push(tone)
    if (chain.length > sit.length) chain.shift()
    quietestDb = tone.levelDb
  }

  /** The tones are over and nothing followed: what were they? */
  const resolve = (): ToneMeaning | undefined => {
    const tones = chain
    chain = []
    const [first] = tones
    const last = tones.at(-1)
    if (first === undefined || last === undefined || tones.length > mostChained) return undefined
    if (quietestDb > last.levelDb - fallDb) return undefined
    const isSteady = ({ hz, spreadHz }: Tone) => spreadHz <= Math.max(leastSpreadHz, hz * mostSpread)
    if (!tones.every(isSteady)) return undefined
    const ms = last.endMs - first.startMs
    if (ms > longestBeepMs || ms < (first.riseDb >= riseDb ? shortestBeepMs : longBeepMs)) return undefined
    if (tones.some(({ hz }) => hz > networkHz.least && hz < networkHz.most)) return undefined
    return { kind: 'beep', hz: Math.round(last.hz), startMs: first.startMs, endMs: last.endMs }
  }

  const heldFax = (): boolean => {
    const { held } = runs
    if (held === undefined) return false
    return held.hz >= 2_080 && held.hz <= 2_120 && held.endMs - held.startMs >= 1_000
  }

  /** Whether the calling tone of a fax came for the second time; the first may be a beep that nobody spoke before. */
  const isCalling = ({ hz, startMs, endMs }: Tone): boolean => {
    const ms = endMs - startMs
    if (hz < 1_062 || hz > 1_138 || ms < 420 || ms > 590) return false
    const sinceMs = startMs - cngEndMs
    cngEndMs = endMs
    return sinceMs > 2_500 && sinceMs < 3_500
  }

  const fax = (): ToneMeaning | undefined => {
    chain = []
    if (faxTold) return undefined
    faxTold = true
    return { kind: 'fax' }
  }

  return {
    hop(hop, spoken) {
      const ended = runs.hop(hop)
      if (heldFax()) return fax()
      if (ended !== undefined) {
        if (isCalling(ended) && !spoken) return fax()
        take(ended)
        if (isSit()) {
          chain = []
          return { kind: 'out-of-service' }
        }
      }
      const last = chain.at(-1)
      if (last === undefined) return undefined
      if (hop.atMs >= last.endMs) quietestDb = Math.min(quietestDb, hop.levelDb)
      if (runs.held !== undefined && runs.held.startMs - last.endMs <= aloneMs) return undefined
      if (hop.atMs + toneWindowMs < last.endMs + aloneMs) return undefined
      const calling = last.endMs === cngEndMs && !spoken
      const meaning = resolve()
      return calling ? undefined : meaning
    },
  }
}
