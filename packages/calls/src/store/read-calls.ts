import { decodeCursor, encodeCursor, isStorable } from '@parley/platform'
import { sql } from 'kysely'
import type { AttemptId, Call, CallAttempt, CallId, CallKey, CallOutcome } from '../call.js'
import { type AttemptRow, attemptOf, type CallRow, callOf, type OutcomeRow, outcomeOf } from './call-rows.js'
import type { CallDetail, CallPage, CallQuery } from './call-store.js'
import { clampLimit, rowOf, rowsOf, type Work } from './tenancy.js'

/** The statements that read calls and what came of them. */

export async function selectCall(work: Work, key: CallKey): Promise<CallDetail | undefined> {
  if (!isStorable(key.id)) return undefined
  const call = await rowOf(
    work,
    sql<CallRow>`select * from parley.calls where id = ${key.id} and tenant = ${key.tenant}`,
  )
  if (!call) return undefined
  const legs = await rowsOf(
    work,
    sql<AttemptRow>`select * from parley.call_attempts where call_id = ${key.id} order by number`,
  )
  return { ...callOf(call), legs: legs.map(attemptOf) }
}

/** The newest where several have it, which does not happen. */
export async function selectCallOfSession(
  work: Work,
  { tenant, session }: { readonly tenant: string; readonly session: string },
): Promise<CallDetail | undefined> {
  if (!isStorable(session)) return undefined
  const attempt = await rowOf(
    work,
    sql<{ readonly call_id: string }>`
      select call_id from parley.call_attempts where tenant = ${tenant} and sessions @> array[${session}]
      order by intended_at_ms desc limit 1`,
  )
  return attempt && selectCall(work, { tenant, id: attempt.call_id as CallId })
}

/** By its name alone. */
export async function selectAttempt(
  work: Work,
  id: AttemptId,
): Promise<{ readonly call: Call; readonly attempt: CallAttempt } | undefined> {
  const attempt = await rowOf(work, sql<AttemptRow>`select * from parley.call_attempts where id = ${id}`)
  if (!attempt) return undefined
  const call = await rowOf(work, sql<CallRow>`select * from parley.calls where id = ${attempt.call_id}`)
  return call && { call: callOf(call), attempt: attemptOf(attempt) }
}

export async function selectCalls(work: Work, query: CallQuery): Promise<CallPage> {
  const limit = clampLimit(query.limit, 50, 200)
  const { status, campaign, lead, before } = query
  const cursor = before === undefined ? undefined : decodeCursor(before)
  for (const text of [campaign, lead]) if (text !== undefined && !isStorable(text)) return { calls: [] }
  const rows = await rowsOf(
    work,
    sql<CallRow>`
      select * from parley.calls where tenant = ${query.tenant}
        ${status === undefined ? sql`` : sql`and status = ${status}`}
        ${campaign === undefined ? sql`` : sql`and campaign = ${campaign}`}
        ${lead === undefined ? sql`` : sql`and lead = ${lead}`}
        ${cursor ? sql`and (created_at_ms, id) < (${cursor.startedAtMs}::bigint, ${cursor.id})` : sql``}
      order by created_at_ms desc, id desc limit ${limit + 1}`,
  )
  const calls = rows.slice(0, limit).map(callOf)
  const last = calls.at(-1)
  if (rows.length <= limit || !last) return { calls }
  return { calls, next: encodeCursor({ startedAtMs: last.createdAtMs, id: last.id }) }
}

export async function selectDue(work: Work, nowMs: number, limit: number): Promise<readonly Call[]> {
  const rows = await rowsOf(
    work,
    sql<CallRow>`
      select c.* from parley.calls c
      where c.status in ('scheduled', 'queued') and c.not_before_ms <= ${nowMs} and c.attempts < c.max_attempts
        and (c.campaign is null or exists (select 1 from parley.campaigns p
          where p.tenant = c.tenant and p.id = c.campaign and p.status = 'running'))
      order by c.priority, c.not_before_ms, c.id limit ${clampLimit(limit, 100, 1000)}`,
  )
  return rows.map(callOf)
}

export async function selectUnfinished(work: Work, limit: number): Promise<readonly CallKey[]> {
  const rows = await rowsOf(
    work,
    sql<{ readonly id: string; readonly tenant: string }>`
      select id, tenant from parley.calls where not finished and ended_at_ms is not null
      order by ended_at_ms limit ${clampLimit(limit, 100, 1000)}`,
  )
  return rows.map(row => ({ id: row.id as CallId, tenant: row.tenant }))
}

export async function selectOutcome(work: Work, key: CallKey): Promise<CallOutcome | undefined> {
  if (!isStorable(key.id)) return undefined
  const row = await rowOf(
    work,
    sql<OutcomeRow>`select * from parley.call_outcomes where call_id = ${key.id} and tenant = ${key.tenant}`,
  )
  return row && outcomeOf(row)
}
