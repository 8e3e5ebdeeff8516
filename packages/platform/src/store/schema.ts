import type { DecisionUse, Json, LatencyLedger } from '@parley/core'

/**
 * The tables as Kysely sees them, always with the schema in front, so that nothing depends on a search path (which
 * connection poolers lose). Only reads go through these types: writes are in write-queries.ts.
 */
export interface Schema {
  'parley.sessions': SessionRow
  'parley.turns': TurnRow
  'parley.replies': ReplyRow
  'parley.session_events': EventRow
}

export interface SessionRow {
  readonly id: string
  readonly tenant: string
  readonly agent: string
  readonly language: string
  readonly edge: string
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly end_reason: string | null
}

export interface TurnRow {
  readonly session_id: string
  readonly id: string
  readonly tenant: string
  readonly first_at_ms: number
  readonly user_text: string | null
  readonly user_origin: 'speech' | 'text' | null
  readonly user_start_ms: number | null
  readonly user_end_ms: number | null
  readonly user_at_ms: number | null
}

export interface ReplyRow {
  readonly session_id: string
  readonly id: string
  readonly turn_id: string
  readonly tenant: string
  readonly first_at_ms: number
  readonly said: string | null
  readonly heard_text: string | null
  readonly heard_ms: number | null
  readonly heard_complete: boolean | null
  readonly heard_source: 'reported' | 'estimated' | null
  readonly heard_error_ms: number | null
  readonly interrupted: boolean | null
  readonly state: Json | null
  readonly decision: DecisionUse | null
  readonly ended_at_ms: number | null
  readonly ledger: LatencyLedger | null
  readonly ledger_total_ms: number | null
  readonly ledger_at_ms: number | null
}

export interface EventRow {
  readonly session_id: string
  readonly seq: number
  readonly tenant: string
  readonly at_ms: number
  readonly kind: string
  readonly event: Json
}
