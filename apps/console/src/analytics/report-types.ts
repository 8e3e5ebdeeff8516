/** Figures as the gateway's API tells them. */
import type { CostSum, UsageLine } from '../costs/usage-types.js'

export interface Points {
  readonly rows: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface Sums {
  readonly sessions: number
  readonly minutes: number
  readonly turns: number
  readonly replies: number
  readonly interrupted: number
  readonly latency: Points
}

export interface Group extends Sums {
  readonly by: 'agent' | 'edge' | 'language'
  readonly name: string
  readonly failed: number
}

export interface TokenRow {
  readonly agent: string
  readonly slot: string | null
  readonly provider: string | null
  readonly model: string | null
  readonly replies: number
  readonly counted: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cost: number | null
}

export interface Report {
  readonly headline: Sums
  readonly previous: Sums
  readonly targets: {
    readonly firstTokenMs: number
    readonly bargeInMs: number
    readonly slowAnswerMs: number
  }
  readonly overTime: readonly (Sums & { readonly atMs: number })[]
  readonly latency: {
    readonly total: Points
    readonly reported: number
    readonly stages: readonly (Points & { readonly stage: string })[]
    readonly providers: readonly (Points & {
      readonly stage: string
      readonly slot: string
      readonly provider: string
      readonly model: string | null
    })[]
    readonly firstToken: Points
    readonly bargeIn: Points
  }
  readonly interruptions: {
    readonly rulings: readonly (Points & { readonly ruling: string })[]
    readonly heard: readonly { readonly fromMs: number; readonly replies: number }[]
  }
  readonly talk: {
    readonly sessions: number
    readonly callerMs: number
    readonly agentMs: number
    readonly overlapMs: number
    readonly overlaps: number
    readonly shares: readonly { readonly fromShare: number; readonly sessions: number }[]
  }
  readonly endings: {
    readonly reasons: readonly {
      readonly reason: string
      readonly after: string
      readonly sessions: number
    }[]
    readonly byTurns: readonly { readonly turns: number; readonly sessions: number }[]
    readonly bySeconds: readonly { readonly fromSeconds: number; readonly sessions: number }[]
  }
  readonly groups: readonly Group[]
  readonly decisions: readonly (Points & {
    readonly by: string
    readonly cause: string
    readonly outcome: string
  })[]
  readonly tools: readonly { readonly name: string; readonly calls: number; readonly failed: number | null }[]
  readonly endpointing: { readonly waits: Points; readonly long: number; readonly reopened: number }
  readonly speculation: {
    readonly prepared: number
    readonly discarded: number
    readonly audioMs: number
    readonly words: number
    readonly inputTokens: number
    readonly outputTokens: number
  }
  readonly costs: CostSum & {
    /** Conversations of which it was counted. */
    readonly sessions: number
    readonly truncated: boolean
    readonly usage: readonly (UsageLine & { readonly agent: string; readonly sessions: number })[]
    readonly tokens: readonly TokenRow[]
    readonly calls: readonly {
      readonly what: string
      readonly rows: number
      readonly micros: number
      readonly unsettled: number
    }[]
  }
}
