/**
 * Which place of which reply is at the ear, between the player's words. They come ahead of the ear by the output latency,
 * so a change is known before it is heard. Bounded: only words that are still to be heard and the one before are kept.
 */
import type { PlayheadReport } from '../audio/playhead.js'

export interface HeardPlace {
  readonly reply: string | undefined
  readonly ms: number
}

export interface HeardPlaces {
  take(report: PlayheadReport): void
  /** The sound is thrown away here and begins anew: the place may go back. */
  rewound(reply: string): void
  /** Filled again by each call. */
  at(earS: number): HeardPlace
}

const MOST = 64

export function createHeardPlaces(): HeardPlaces {
  const reports: PlayheadReport[] = []
  const place = { reply: undefined as string | undefined, ms: 0 }
  let mayGoBack: string | undefined

  return {
    take(report) {
      // What is rendered now takes the place of all that was to be rendered later.
      while ((reports.at(-1)?.atS ?? 0) > report.atS) reports.pop()
      reports.push(report)
      if (reports.length > MOST) reports.shift()
    },
    rewound(reply) {
      mayGoBack = reply
    },
    at(earS) {
      while (reports.length > 1 && (reports[1]?.atS ?? 0) <= earS) reports.shift()
      const [report] = reports
      const reply = report !== undefined && report.atS <= earS ? report.reply : undefined
      const ms = reply === undefined || report === undefined ? 0 : report.ms + (earS - report.atS) * 1000
      // Never back by the jitter of the clocks.
      const isBack = reply !== undefined && reply === place.reply && ms < place.ms
      if (isBack && (mayGoBack !== reply || place.ms - ms < 20)) return place
      if (reply !== undefined && mayGoBack === reply) mayGoBack = undefined
      place.reply = reply
      place.ms = ms
      return place
    },
  }
}
