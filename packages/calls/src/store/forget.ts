import { ParleyError, type SessionId } from '@parley/core'
import { toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import type { CallId, CallKey } from '../call.js'
import { isE164 } from '../phone-number.js'
import type { ErasedPerson, PersonsCalls } from './call-store.js'
import { listErased } from './do-not-call.js'
import { clampLimit, rowsOf, type Work } from './tenancy.js'

/**
 * Forgetting: what is old, and what is about one person. With a call go its attempts, events, news, outcome, letters and
 * tickets by their keys; the sessions that talked in it are taken here, with turns, replies and their log, and what other
 * nodes were told of them to go on with.
 */

interface Found {
  readonly id: string
  readonly tenant: string
  readonly sessions: readonly string[]
}

/** Money stays counted beyond its call, or a short memory would give back the budget of the day. */
const moneyKeptMs = 35 * 86_400_000
/** Rows of money that go at once: more would take longer than a statement may. */
const mostMoney = 50_000

export async function selectOlder(work: Work, beforeMs: number, limit: number): Promise<readonly CallKey[]> {
  const rows = await rowsOf(
    work,
    sql<{ readonly id: CallId; readonly tenant: string }>`
      select id, tenant from parley.calls where ended_at_ms < ${beforeMs}
      order by ended_at_ms limit ${clampLimit(limit, 100, 10_000)}`,
  )
  return rows.map(({ id, tenant }) => ({ id, tenant }))
}

export async function dropOlder(
  work: Work,
  query: { readonly tenant: string | undefined; readonly beforeMs: number; readonly limit: number },
): Promise<readonly CallKey[]> {
  const { tenant, beforeMs, limit } = query
  const ofTenant = tenant === undefined ? sql`` : sql`and tenant = ${tenant}`
  const calls = await rowsOf(
    work,
    sql<{ readonly id: CallId; readonly tenant: string }>`
      select id, tenant from parley.calls where ended_at_ms < ${beforeMs} ${ofTenant}
      order by ended_at_ms limit ${clampLimit(limit, 100, 10_000)} for update skip locked`,
  )
  await sql`delete from parley.spend where id in (select id from parley.spend
    where at_ms < ${beforeMs - moneyKeptMs} ${ofTenant} order by at_ms limit ${mostMoney})`.execute(work)
  await remove(work, await withSessions(work, calls))
  return calls.map(({ id, tenant }) => ({ id, tenant }))
}

/** Calls to and from a number, with the sessions that talked in them. */
export async function callsOfPerson(work: Work, tenant: string, phone: string): Promise<PersonsCalls> {
  return personsCalls(await withSessions(work, await lockPersons(work, tenant, phone)))
}

export async function erasePerson(
  work: Work,
  tenant: string,
  phone: string,
  atMs: number,
): Promise<ErasedPerson> {
  if (!isE164(phone)) throw new ParleyError('bad_number', 'Write the number to erase as in +15551234567.')
  // First, so that nothing new is dialled meanwhile.
  await listErased(work, tenant, phone, atMs)
  const calls = await lockPersons(work, tenant, phone)
  if (calls.some(call => call.live)) {
    throw new ParleyError('conflict', 'A call with this number is under way; end it and erase again.')
  }
  const found = await withSessions(work, calls)
  const sessions = await remove(work, found)
  const leads = await rowsOf(
    work,
    sql`delete from parley.leads where tenant = ${tenant} and phone = ${phone} returning 1`,
  )
  return { calls: found.length, sessions, leads: leads.length, ...personsCalls(found) }
}

interface PersonsCall {
  readonly id: string
  readonly live: boolean
}

function lockPersons(work: Work, tenant: string, phone: string): Promise<readonly PersonsCall[]> {
  return rowsOf(
    work,
    sql<PersonsCall>`
      select id, status in ('dialling', 'in-progress') as live from parley.calls where tenant = ${tenant}
        and ((direction = 'outbound' and to_number = ${phone}) or (direction = 'inbound' and from_number = ${phone}))
      order by id for update`,
  )
}

async function withSessions(
  work: Work,
  calls: readonly { readonly id: string }[],
): Promise<readonly Found[]> {
  if (calls.length === 0) return []
  const ids = toJsonText(calls.map(call => call.id))
  return rowsOf(
    work,
    sql<Found>`
      select c.id, c.tenant, coalesce((select jsonb_agg(s) from parley.call_attempts a, unnest(a.sessions) s
        where a.call_id = c.id), '[]'::jsonb) as sessions
      from parley.calls c where c.id in (select jsonb_array_elements_text(${ids}::jsonb))`,
  )
}

/** Gives how many sessions went. */
async function remove(work: Work, calls: readonly Found[]): Promise<number> {
  if (calls.length === 0) return 0
  const ids = toJsonText(calls.map(call => call.id))
  const sessions = toJsonText(calls.flatMap(({ tenant, sessions }) => sessions.map(id => ({ id, tenant }))))
  const gone = await rowsOf(
    work,
    sql`delete from parley.sessions where (id, tenant) in (
      select s.id, s.tenant from jsonb_to_recordset(${sessions}::jsonb) as s (id text, tenant text)) returning 1`,
  )
  await sql`delete from parley.snapshots where (session_id, tenant) in (
    select s.id, s.tenant from jsonb_to_recordset(${sessions}::jsonb) as s (id text, tenant text))`.execute(
    work,
  )
  await sql`update parley.spend set call_id = null
    where call_id in (select jsonb_array_elements_text(${ids}::jsonb))`.execute(work)
  await sql`update parley.leads l set last_call = null from parley.calls c
    where c.tenant = l.tenant and c.id = l.last_call
      and c.id in (select jsonb_array_elements_text(${ids}::jsonb))`.execute(work)
  await sql`delete from parley.calls where id in (select jsonb_array_elements_text(${ids}::jsonb))`.execute(
    work,
  )
  return gone.length
}

function personsCalls(found: readonly Found[]): PersonsCalls {
  return {
    callIds: found.map(call => call.id as CallId),
    sessionIds: found.flatMap(call => call.sessions as readonly SessionId[]),
  }
}
