import type { Json, SessionId } from '@parley/core'
import type {
  AnsweredBy,
  AttemptId,
  AttemptState,
  Call,
  CallAttempt,
  CallId,
  CallOutcome,
  CallStatus,
  CarrierName,
  LegStatus,
} from '../call.js'
import { type AttemptFold, momentsOf } from './fold-news.js'

/** Rows of calls, attempts and outcomes as the database gives them, and what they mean. Checks of the tables hold the unions. */

export interface CallRow {
  readonly id: string
  readonly tenant: string
  readonly direction: Call['direction']
  readonly from_number: string
  readonly to_number: string
  readonly agent: string
  readonly language: string | null
  readonly lead: string | null
  readonly campaign: string | null
  readonly status: CallStatus
  readonly priority: number
  readonly not_before_ms: number
  readonly attempts: number
  readonly max_attempts: number
  readonly answered_by: AnsweredBy | null
  readonly reason: string | null
  readonly cancel_reason: string | null
  readonly facts: { readonly [name: string]: Json }
  readonly record: boolean
  readonly created_at_ms: number
  readonly answered_at_ms: number | null
  readonly ended_at_ms: number | null
  readonly talked_seconds: number | null
  readonly cost_micros: number
  readonly version: number
}

export function callOf(row: CallRow): Call {
  return {
    id: row.id as CallId,
    tenant: row.tenant,
    direction: row.direction,
    from: row.from_number,
    to: row.to_number,
    agent: row.agent,
    ...(row.language === null ? {} : { language: row.language }),
    ...(row.lead === null ? {} : { lead: row.lead }),
    ...(row.campaign === null ? {} : { campaign: row.campaign }),
    status: row.status,
    priority: row.priority,
    notBeforeMs: row.not_before_ms,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    ...(row.answered_by === null ? {} : { answeredBy: row.answered_by }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    facts: row.facts,
    record: row.record,
    createdAtMs: row.created_at_ms,
    ...(row.answered_at_ms === null ? {} : { answeredAtMs: row.answered_at_ms }),
    ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
    ...(row.talked_seconds === null ? {} : { talkedSeconds: row.talked_seconds }),
    costMicros: Number(row.cost_micros),
    version: row.version,
  }
}

export interface AttemptRow {
  readonly id: string
  readonly call_id: string
  readonly tenant: string
  readonly number: number
  readonly carrier: CarrierName
  readonly state: AttemptState
  readonly carrier_call: string | null
  readonly status: LegStatus | null
  readonly status_sequence: number | null
  readonly answered_by: AnsweredBy | null
  readonly answered_by_sequence: number | null
  readonly sessions: readonly string[]
  readonly intended_at_ms: number
  readonly answered_at_ms: number | null
  readonly ended_at_ms: number | null
  readonly duration_seconds: number | null
}

export function foldOf(row: AttemptRow): AttemptFold {
  const { status, status_sequence, answered_by, answered_by_sequence } = row
  return {
    ...(status === null ? {} : { reached: { what: status, sequence: status_sequence ?? -1 } }),
    ...(answered_by === null
      ? {}
      : { answerer: { what: answered_by, sequence: answered_by_sequence ?? -1 } }),
    ...(row.answered_at_ms === null ? {} : { answeredAtMs: row.answered_at_ms }),
    ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
    ...(row.duration_seconds === null ? {} : { durationSeconds: row.duration_seconds }),
  }
}

export function attemptOf(row: AttemptRow): CallAttempt {
  return {
    id: row.id as AttemptId,
    call: row.call_id as CallId,
    tenant: row.tenant,
    number: row.number,
    carrier: row.carrier,
    state: row.state,
    ...(row.carrier_call === null ? {} : { carrierCall: row.carrier_call }),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.answered_by === null ? {} : { answeredBy: row.answered_by }),
    sessions: row.sessions as readonly SessionId[],
    intendedAtMs: row.intended_at_ms,
    ...momentsOf(foldOf(row)),
    ...(row.duration_seconds === null ? {} : { durationSeconds: row.duration_seconds }),
  }
}

export interface OutcomeRow {
  readonly call_id: string
  readonly tenant: string
  readonly summary: string
  readonly result: Json
  readonly problems: readonly string[]
  readonly sentiment: CallOutcome['sentiment']
  readonly statistics: Json
  readonly follow_ups: CallOutcome['followUps']
  readonly made_by: string
  readonly made_at_ms: number
}

export function outcomeOf(row: OutcomeRow): CallOutcome {
  return {
    call: row.call_id as CallId,
    tenant: row.tenant,
    summary: row.summary,
    result: row.result,
    problems: row.problems,
    sentiment: row.sentiment,
    statistics: row.statistics,
    followUps: row.follow_ups,
    by: row.made_by,
    madeAtMs: row.made_at_ms,
  }
}
