import { type Json, ParleyError } from '@parley/core'
import { decodeCursor, encodeCursor, isStorable, toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import type { CallId, Lead } from '../call.js'
import { isE164 } from '../phone-number.js'
import type { LeadQuery, NewLead, WholeLead } from './call-store.js'
import { clampLimit, rowOf, rowsOf, type Work } from './tenancy.js'

/** People who may be called. */

interface LeadRow {
  readonly id: string
  readonly tenant: string
  readonly phone: string
  readonly name: string | null
  readonly status: string
  readonly time_zone: string | null
  readonly fields: { readonly [name: string]: Json }
  readonly last_call: string | null
  readonly created_at_ms: number
  readonly updated_at_ms: number
  readonly version: number
}

function leadOf(row: LeadRow): Lead {
  return {
    id: row.id,
    tenant: row.tenant,
    phone: row.phone,
    ...(row.name === null ? {} : { name: row.name }),
    status: row.status,
    ...(row.time_zone === null ? {} : { timeZone: row.time_zone }),
    fields: row.fields,
    ...(row.last_call === null ? {} : { lastCall: row.last_call as CallId }),
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

/** Makes it, or changes what is given of it; its fields are replaced as a whole. The same again changes nothing. */
export async function upsertLead(work: Work, lead: NewLead): Promise<Lead> {
  if (!isE164(lead.phone)) {
    throw new ParleyError('bad_number', 'The number of the lead is not one; write it as in +15551234567.')
  }
  const fields = lead.fields === undefined ? null : toJsonText(lead.fields)
  const row = await rowOf(
    work,
    sql<LeadRow>`
      insert into parley.leads as l (tenant, id, phone, name, status, time_zone, fields, created_at_ms, updated_at_ms)
      values (${lead.tenant}, ${lead.id}, ${lead.phone}, ${lead.name ?? null}, ${lead.status ?? 'new'},
        ${lead.timeZone ?? null}, coalesce(${fields}::jsonb, '{}'), ${lead.atMs}, ${lead.atMs})
      on conflict (tenant, id) do update set phone = excluded.phone, name = coalesce(excluded.name, l.name),
        status = coalesce(${lead.status ?? null}::text, l.status),
        time_zone = coalesce(excluded.time_zone, l.time_zone), fields = coalesce(${fields}::jsonb, l.fields),
        updated_at_ms = greatest(l.updated_at_ms, excluded.updated_at_ms), version = l.version + 1
      where (l.phone, l.name, l.status, l.time_zone, l.fields) is distinct from (excluded.phone,
        coalesce(excluded.name, l.name), coalesce(${lead.status ?? null}::text, l.status),
        coalesce(excluded.time_zone, l.time_zone), coalesce(${fields}::jsonb, l.fields))
      returning *`,
  )
  if (row) return leadOf(row)
  const known = await selectLead(work, lead.tenant, lead.id)
  if (known) return known
  throw new ParleyError('conflict', 'The lead was taken away while it was written; write it again.')
}

/** A file's leads in one statement; in the order of their ids, so that two files do not wait for each other in a circle. */
export async function upsertLeads(work: Work, tenant: string, leads: readonly WholeLead[]): Promise<void> {
  if (!leads.every(lead => isE164(lead.phone))) {
    throw new ParleyError('bad_number', 'The number of a lead is not one; write it as in +15551234567.')
  }
  await rowsOf(
    work,
    sql`
      insert into parley.leads as l (tenant, id, phone, name, status, time_zone, fields, created_at_ms, updated_at_ms)
      select ${tenant}, n.id, n.phone, n.name, coalesce(n.status, 'new'), n."timeZone", n.fields, n."atMs", n."atMs"
      from jsonb_to_recordset(${toJsonText(leads)}::jsonb) as n (
        id text, phone text, name text, status text, "timeZone" text, fields jsonb, "atMs" bigint)
      order by n.id
      on conflict (tenant, id) do update set phone = excluded.phone, name = coalesce(excluded.name, l.name),
        time_zone = coalesce(excluded.time_zone, l.time_zone), fields = excluded.fields,
        updated_at_ms = greatest(l.updated_at_ms, excluded.updated_at_ms), version = l.version + 1
      where (l.phone, l.name, l.time_zone, l.fields) is distinct from (excluded.phone,
        coalesce(excluded.name, l.name), coalesce(excluded.time_zone, l.time_zone), excluded.fields)`,
  )
}

export async function selectLead(work: Work, tenant: string, id: string): Promise<Lead | undefined> {
  if (!isStorable(id)) return undefined
  const row = await rowOf(
    work,
    sql<LeadRow>`select * from parley.leads where tenant = ${tenant} and id = ${id}`,
  )
  return row && leadOf(row)
}

/** The newest first, by when they became known: a change moves none between pages. */
export async function selectLeads(
  work: Work,
  query: LeadQuery,
): Promise<{ readonly leads: readonly Lead[]; readonly next?: string }> {
  const limit = clampLimit(query.limit, 50, 200)
  const { status, phone } = query
  const cursor = query.before === undefined ? undefined : decodeCursor(query.before)
  for (const text of [status, phone]) if (text !== undefined && !isStorable(text)) return { leads: [] }
  const rows = await rowsOf(
    work,
    sql<LeadRow>`
      select * from parley.leads where tenant = ${query.tenant}
        ${status === undefined ? sql`` : sql`and status = ${status}`}
        ${phone === undefined ? sql`` : sql`and phone = ${phone}`}
        ${cursor ? sql`and (created_at_ms, id) < (${cursor.startedAtMs}::bigint, ${cursor.id})` : sql``}
      order by created_at_ms desc, id desc limit ${limit + 1}`,
  )
  const leads = rows.slice(0, limit).map(leadOf)
  const last = rows[limit - 1]
  if (rows.length <= limit || !last) return { leads }
  return { leads, next: encodeCursor({ startedAtMs: last.created_at_ms, id: last.id }) }
}
