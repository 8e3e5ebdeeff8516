/**
 * Figures of a tenant's conversations over a range of time, counted from the stored rows and nothing else. A conversation
 * belongs to the moment it began, with all its turns; each figure says on how many rows it stands. What no row tells is
 * absent or null, never 0. See docs/analytics.md for the definition of each.
 */

import type { UsageLine } from '@parley/core'

export interface Analytics {
  /**
   * @throws ParleyError `bad_message` for a range or a time zone that cannot be, `too_large` for more conversations than
   *   are counted at once, `overloaded` when too many ask, `store_…` as every read.
   */
  report(query: AnalyticsQuery): Promise<AnalyticsReport>
}

export interface AnalyticsQuery {
  readonly tenant: string
  /** Epoch ms; from here on, and up to but not including `untilMs`. */
  readonly fromMs: number
  readonly untilMs: number
  readonly agent?: string | undefined
  readonly edge?: string | undefined
  /** BCP 47; `es` also stands for `es-MX`. */
  readonly language?: string | undefined
  readonly bucket: 'hour' | 'day'
  /** IANA name; where days begin. */
  readonly timeZone: string
}

/** Interpolated between neighbours, as `percentile_cont` does; null without rows. */
export interface Percentiles {
  readonly rows: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface AnalyticsReport {
  readonly headline: Headline
  /** Of the equally long time before. */
  readonly previous: Headline
  readonly overTime: readonly TimeBucket[]
  readonly latency: LatencyFigures
  readonly interruptions: InterruptionFigures
  readonly talk: TalkFigures
  readonly endings: EndingFigures
  readonly groups: readonly GroupFigures[]
  readonly decisions: readonly (Percentiles & {
    readonly by: string
    readonly cause: string
    readonly outcome: string
  })[]
  readonly tools: readonly { readonly name: string; readonly calls: number; readonly failed: number | null }[]
  readonly endpointing: EndpointingFigures
  readonly speculation: SpeculationFigures
  readonly usage: UsageReport
  readonly tokens: readonly TokenFigures[]
  readonly spend: readonly SpendFigures[]
}

/** Durations in ms. */
export interface Headline {
  readonly sessions: number
  /** Of those, the ones with an end; only they have a length. */
  readonly ended: number
  readonly minutes: number
  /** Caller's turns with words. */
  readonly turns: number
  /** Replies that ended. */
  readonly replies: number
  readonly interrupted: number
  /** From the last voiced sample to the first sample heard. */
  readonly latency: Percentiles
}

export interface TimeBucket extends Omit<Headline, 'ended'> {
  /** Epoch ms of its beginning. */
  readonly atMs: number
}

export interface LatencyFigures {
  readonly total: Percentiles
  /** Whole answers whose first sound the far end reported, of `total.rows`. */
  readonly reported: number
  /** In the order of a turn. */
  readonly stages: readonly (Percentiles & { readonly stage: string })[]
  readonly providers: readonly (Percentiles & {
    readonly stage: string
    readonly slot: string
    readonly provider: string
    readonly model: string | null
  })[]
  /** From the last voiced sample to the first token. */
  readonly firstToken: Percentiles
  /** From the caller's first sample over a reply to the lowered voice. */
  readonly bargeIn: Percentiles
}

export interface InterruptionFigures {
  /** Speech into a reply; ms from its first sample to the ruling. */
  readonly rulings: readonly (Percentiles & { readonly ruling: string })[]
  /** Interrupted replies by how much of them was heard. */
  readonly heard: readonly { readonly fromMs: number; readonly replies: number }[]
}

export interface TalkFigures {
  /** Conversations in which anybody was heard. */
  readonly sessions: number
  readonly callerMs: number
  readonly agentMs: number
  /** Both at once. */
  readonly overlapMs: number
  readonly overlaps: number
  /** Conversations by the caller's share of the speech, in tenths. */
  readonly shares: readonly { readonly fromShare: number; readonly sessions: number }[]
}

export interface EndingFigures {
  readonly reasons: readonly {
    readonly reason: string
    readonly after: EndingAfter
    readonly sessions: number
  }[]
  /** Ended conversations by the caller's turns they had; the last counts all that had more. */
  readonly byTurns: readonly { readonly turns: number; readonly sessions: number }[]
  /** Ended conversations by their length. */
  readonly bySeconds: readonly { readonly fromSeconds: number; readonly sessions: number }[]
}

export const endingsAfter = [
  'no-turn',
  'no-answer',
  'interruption',
  'slow-answer',
  'silence',
  'answer',
] as const
export type EndingAfter = (typeof endingsAfter)[number]

export interface GroupFigures extends Omit<Headline, 'ended'> {
  readonly by: 'agent' | 'edge' | 'language'
  readonly name: string
  /** Sessions that were lost or ended by a fault. */
  readonly failed: number
}

export interface EndpointingFigures {
  /** Silence that ended a spoken turn. */
  readonly waits: Percentiles
  /** Of those, waits over `longWaitMs`. */
  readonly long: number
  readonly reopened: number
}

export interface SpeculationFigures {
  readonly prepared: number
  readonly discarded: number
  readonly audioMs: number
  readonly words: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What was used of providers, of conversations of which it was counted. */
export interface UsageReport {
  /** How many those are. */
  readonly sessions: number
  readonly lines: readonly UsageFigures[]
  /** Whether there are more than the 1,000 told. */
  readonly truncated: boolean
}

export interface UsageFigures
  extends Pick<UsageLine, 'slot' | 'provider' | 'used' | 'wasted' | 'requests' | 'uncounted'> {
  readonly agent: string
  readonly model: string | null
  /** That used it. */
  readonly sessions: number
}

/** Of conversations of which nothing else was counted: tokens by the session log, with what was thrown away. */
export interface TokenFigures {
  readonly agent: string
  readonly slot: string | null
  readonly provider: string | null
  readonly model: string | null
  /** Replies made or thrown away, and how many of them a provider counted. */
  readonly replies: number
  readonly counted: number
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface SpendFigures {
  readonly what: string
  readonly rows: number
  /** Millionths of the currency of the price list. */
  readonly micros: number
  /** Of the rows, those whose price is still an estimate. */
  readonly unsettled: number
}

/** An answer slower than this is called slow, ms. */
export const slowAnswerMs = 2_000
/** Nobody heard for this long before the end is called silence, ms. */
export const silenceMs = 8_000
/** A wait for the end of a turn beyond this is called long, ms. */
export const longWaitMs = 1_000
/** Beginnings of the classes of figures. */
export const heardClassesMs = [0, 500, 1_000, 2_000, 5_000, 10_000] as const
export const lengthClassesSeconds = [0, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600] as const
export const mostTurnClasses = 20
