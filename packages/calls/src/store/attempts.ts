import { sql } from 'kysely'
import type { AttemptId, Call, CallAttempt, CarrierName } from '../call.js'
import { appendEvents } from './call-events.js'
import { type AttemptRow, attemptOf, type CallRow, callOf } from './call-rows.js'
import type { AttemptIntent, LiveCount } from './call-store.js'
import { isListed, NOT_TO_BE_CALLED } from './do-not-call.js'
import { rowOf, rowsOf, type Work } from './tenancy.js'

/** Attempts to reach somebody. The row of the call is locked first, always, so that of two who act at once one waits. */

export function lockCall(work: Work, id: string, tenant?: string): Promise<CallRow | undefined> {
  const ofTenant = tenant === undefined ? sql`` : sql`and tenant = ${tenant}`
  return rowOf(work, sql<CallRow>`select * from parley.calls where id = ${id} ${ofTenant} for no key update`)
}

/** The attempt with its call, both as they are now that nobody else can change them. */
export async function lockAttempt(
  work: Work,
  id: string,
): Promise<{ readonly call: CallRow; readonly attempt: AttemptRow } | undefined> {
  const found = await rowOf(
    work,
    sql<{ readonly call_id: string }>`select call_id from parley.call_attempts where id = ${id}`,
  )
  const call = found && (await lockCall(work, found.call_id))
  const attempt = call && (await readAttempt(work, id))
  return call && attempt && { call, attempt }
}

function readAttempt(work: Work, id: string): Promise<AttemptRow | undefined> {
  return rowOf(work, sql<AttemptRow>`select * from parley.call_attempts where id = ${id}`)
}

export async function beginAttempt(work: Work, intent: AttemptIntent): Promise<CallAttempt | undefined> {
  const { tenant, id } = intent.call
  const call = await lockCall(work, id, tenant)
  if (!call) return undefined
  // The same intent again: the answer to the first was lost on its way.
  const begun = await readAttempt(work, intent.id)
  if (begun) return begun.call_id === id && begun.state === 'intended' ? attemptOf(begun) : undefined
  if (!(await mayDial(work, call, intent.atMs))) return undefined
  if (await isListed(work, tenant, call.to_number)) {
    await refuseListed(work, callOf(call), intent.atMs)
    return undefined
  }
  const attempt = await insertAttempt(work, intent, call.attempts + 1)
  await sql`update parley.calls set status = 'dialling', attempts = attempts + 1, reason = null, version = version + 1
    where id = ${id}`.execute(work)
  const data = { attempt: intent.id, number: call.attempts + 1, carrier: intent.carrier }
  await appendEvents(work, [{ call: id, tenant, atMs: intent.atMs, kind: 'attempt-begun', data }])
  return attempt
}

async function mayDial(work: Work, call: CallRow, nowMs: number): Promise<boolean> {
  if (call.status !== 'queued' && call.status !== 'scheduled') return false
  if (call.not_before_ms > nowMs || call.attempts >= call.max_attempts) return false
  if (call.campaign === null) return true
  const campaign = await rowOf(
    work,
    sql<{ readonly status: string }>`
      select status from parley.campaigns where tenant = ${call.tenant} and id = ${call.campaign}`,
  )
  return campaign?.status === 'running'
}

async function refuseListed(work: Work, call: Call, atMs: number): Promise<void> {
  await sql`update parley.calls set status = 'failed', reason = ${NOT_TO_BE_CALLED}, ended_at_ms = ${atMs},
    version = version + 1 where id = ${call.id}`.execute(work)
  const data = { status: 'failed', reason: NOT_TO_BE_CALLED }
  await appendEvents(work, [{ call: call.id, tenant: call.tenant, atMs, kind: 'status', data }])
}

async function insertAttempt(
  work: Work,
  intent: AttemptIntent,
  number: number,
): Promise<CallAttempt | undefined> {
  const row = await rowOf(
    work,
    sql<AttemptRow>`
      insert into parley.call_attempts (id, call_id, tenant, number, carrier, state, intended_at_ms, heard_of_at_ms)
      values (${intent.id}, ${intent.call.id}, ${intent.call.tenant}, ${number}, ${intent.carrier}, 'intended',
        ${intent.atMs}, ${intent.atMs})
      returning *`,
  )
  return row && attemptOf(row)
}

export async function markPlaced(
  work: Work,
  id: AttemptId,
  carrierCall: string,
  atMs: number,
): Promise<void> {
  const locked = await lockAttempt(work, id)
  if (!locked || locked.attempt.carrier_call !== null || locked.attempt.state === 'ended') return
  const { call, attempt } = locked
  await sql`update parley.call_attempts set state = 'placed', carrier_call = ${carrierCall}, heard_of_at_ms = ${atMs}
    where id = ${id}`.execute(work)
  const data = { attempt: attempt.id, carrierCall }
  await appendEvents(work, [{ call: call.id, tenant: call.tenant, atMs, kind: 'attempt-placed', data }])
}

export async function joinSession(work: Work, id: AttemptId, session: string, atMs: number): Promise<void> {
  const locked = await lockAttempt(work, id)
  if (!locked || locked.attempt.sessions.includes(session)) return
  await sql`update parley.call_attempts set sessions = array_append(sessions, ${session}) where id = ${id}`.execute(
    work,
  )
  const { id: call, tenant } = locked.call
  await appendEvents(work, [{ call, tenant, atMs, kind: 'session-joined', data: { attempt: id, session } }])
}

const mostAtOnce = 1000

export async function selectStranded(work: Work, beforeMs: number): Promise<readonly CallAttempt[]> {
  const rows = await rowsOf(
    work,
    sql<AttemptRow>`
      select * from parley.call_attempts where state = 'intended' and intended_at_ms < ${beforeMs}
      order by intended_at_ms limit ${mostAtOnce}`,
  )
  return rows.map(attemptOf)
}

export async function selectSilent(work: Work, beforeMs: number): Promise<readonly CallAttempt[]> {
  const rows = await rowsOf(
    work,
    sql<AttemptRow>`
      select * from parley.call_attempts where state = 'placed' and heard_of_at_ms < ${beforeMs}
      order by heard_of_at_ms limit ${mostAtOnce}`,
  )
  return rows.map(attemptOf)
}

export async function attemptsAt(
  work: Work,
  carrier: CarrierName,
  carrierCalls: readonly string[],
): Promise<ReadonlyMap<string, AttemptId>> {
  const rows = await rowsOf(
    work,
    sql<{ readonly id: AttemptId; readonly carrier_call: string }>`
      select id, carrier_call from parley.call_attempts
      where carrier = ${carrier} and carrier_call = any(${carrierCalls}::text[])`,
  )
  return new Map(rows.map(({ id, carrier_call }) => [carrier_call, id]))
}

export async function countLive(work: Work): Promise<readonly LiveCount[]> {
  const rows = await rowsOf(
    work,
    sql<{ readonly tenant: string; readonly from_number: string; readonly count: number }>`
      select c.tenant, c.from_number, count(*)::integer as count
      from parley.call_attempts a join parley.calls c on c.id = a.call_id
      where a.state <> 'ended' group by c.tenant, c.from_number`,
  )
  return rows.map(row => ({ tenant: row.tenant, from: row.from_number, count: row.count }))
}
