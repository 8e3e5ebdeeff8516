/** All that is kept of a recording while it is heard: for each side its course, its utterances and its sums. */
import type { ProsodyFrame, UtteranceProsody } from '@parley/audio'
import { createOverview, type Overview } from './overview.js'
import type { ReportedUtterance } from './rows.js'
import type { Side } from './sides.js'
import { createSummaryCount, type SideSummary } from './summary.js'

export interface SideReport {
  readonly side: Side
  readonly overview: Overview
  readonly summary: SideSummary
  /** In order; of very many the first ones. */
  readonly utterances: readonly ReportedUtterance[]
}

export interface Report {
  frame(side: number, frame: ProsodyFrame): void
  /** The utterance as it is counted and kept. */
  utterance(side: number, utterance: UtteranceProsody): ReportedUtterance
  sides(): readonly SideReport[]
}

/** A day of talking has about as many. */
const mostUtterances = 50_000

export function createReport(sides: readonly Side[], hopMs: number): Report {
  const kept = sides.map(side => ({
    side,
    overview: createOverview(hopMs),
    count: createSummaryCount(),
    utterances: [] as ReportedUtterance[],
  }))
  let told = 0
  return {
    frame(side, frame) {
      kept[side]?.overview.add(frame)
      kept[side]?.count.frame(frame)
    },
    utterance(index, utterance) {
      const reported = { side: sides[index] as Side, number: ++told, utterance: copyOf(utterance) }
      const mine = kept[index]
      mine?.count.utterance(utterance)
      if (mine && mine.utterances.length < mostUtterances) mine.utterances.push(reported)
      return reported
    },
    sides: () =>
      kept.map(({ side, overview, count, utterances }) => ({
        side,
        overview,
        summary: count.summary(),
        utterances,
      })),
  }
}

/** What an analyser tells is valid only during the call. */
function copyOf(utterance: UtteranceProsody): UtteranceProsody {
  return {
    ...utterance,
    pitch: utterance.pitch && { ...utterance.pitch },
    evidence: utterance.evidence.map(each => ({ ...each })),
  }
}
