import type { Json } from '@parley/core'
import { isStorable, toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import type { CallEvent, CallId } from '../call.js'
import type { CallEventQuery } from './call-store.js'
import { clampLimit, rowOf, rowsOf, type Work } from './tenancy.js'

/**
 * The log of all calls. Numbers are given under one lock that is held until the transaction ends, so they become visible in
 * their order: who has read up to `seq` never finds a smaller one later. The lock is the last thing that a transaction takes
 * (its calls are locked already), so nobody waits for anybody while holding it.
 */

export interface NewEvent {
  readonly call: string
  readonly tenant: string
  readonly atMs: number
  readonly kind: string
  readonly data: { readonly [name: string]: Json | undefined }
}

/** Any number, the same in all versions of Parley. */
const numberingLock = 7_236_954
const longestPage = 1000

/** The last statement of a transaction. Gives the number of the last one; 0 for none. */
export async function appendEvents(work: Work, events: readonly NewEvent[]): Promise<number> {
  if (events.length === 0) return 0
  const text = toJsonText(events)
  await sql`select pg_advisory_xact_lock(${numberingLock})`.execute(work)
  const rows = await rowsOf(
    work,
    sql<{ readonly seq: number }>`
      insert into parley.call_events (call_id, tenant, at_ms, kind, data)
      select e.value ->> 'call', e.value ->> 'tenant', (e.value ->> 'atMs')::bigint, e.value ->> 'kind', e.value -> 'data'
      from jsonb_array_elements(${text}::jsonb) with ordinality as e (value, place) order by e.place
      returning seq`,
  )
  return Math.max(...rows.map(row => Number(row.seq)))
}

/** The call stays until the end of the transaction; false for one that is unknown. */
export async function holdCall(work: Work, tenant: string, call: string): Promise<boolean> {
  if (!isStorable(call)) return false
  const row = await rowOf(
    work,
    sql`select 1 from parley.calls where id = ${call} and tenant = ${tenant} for key share`,
  )
  return row !== undefined
}

interface EventRow {
  readonly seq: number
  readonly call_id: string
  readonly tenant: string
  readonly at_ms: number
  readonly kind: string
  readonly data: { readonly [name: string]: Json }
}

export async function selectEvents(work: Work, query: CallEventQuery): Promise<readonly CallEvent[]> {
  if (query.call !== undefined && !isStorable(query.call)) return []
  const ofTenant = query.tenant === undefined ? sql`` : sql`and tenant = ${query.tenant}`
  const ofCall = query.call === undefined ? sql`` : sql`and call_id = ${query.call}`
  const kinds = query.kinds === undefined ? undefined : toJsonText(query.kinds)
  const ofKind =
    kinds === undefined ? sql`` : sql`and kind in (select jsonb_array_elements_text(${kinds}::jsonb))`
  const rows = await rowsOf(
    work,
    sql<EventRow>`
      select seq, call_id, tenant, at_ms, kind, data from parley.call_events
      where seq > ${Math.trunc(query.afterSeq)} ${ofTenant} ${ofCall} ${ofKind}
      order by seq limit ${clampLimit(query.limit, 500, longestPage)}`,
  )
  return rows.map(row => ({
    call: row.call_id as CallId,
    tenant: row.tenant,
    seq: Number(row.seq),
    atMs: row.at_ms,
    kind: row.kind,
    data: row.data,
  }))
}

export async function selectLastEvent(work: Work): Promise<number> {
  const row = await rowOf(
    work,
    sql<{ readonly seq: number | null }>`select max(seq) as seq from parley.call_events`,
  )
  return Number(row?.seq ?? 0)
}
