import { toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import { appendEvents } from './call-events.js'
import type { DoNotCall } from './call-store.js'
import { phoneHash } from './phone-hash.js'
import { rowOf, rowsOf, type Work } from './tenancy.js'

/** Numbers that a tenant does not call. Calls that wait for such a number end when it is put on the list. */

export const NOT_TO_BE_CALLED = 'on the list of those not to be called'

export async function isListed(work: Work, tenant: string, phone: string): Promise<boolean> {
  return (await listedOf(work, tenant, [phone])).has(phone)
}

/** Those of the numbers that are on the list. */
export async function listedOf(
  work: Work,
  tenant: string,
  phones: readonly string[],
): Promise<ReadonlySet<string>> {
  const byHash = new Map(phones.map(phone => [phoneHash(tenant, phone), phone]))
  const rows = await rowsOf(
    work,
    sql<{ readonly phone_hash: string }>`
      select phone_hash from parley.do_not_call where tenant = ${tenant} and phone_hash in (
        select jsonb_array_elements_text(${toJsonText([...byHash.keys()])}::jsonb))`,
  )
  return new Set(rows.flatMap(row => byHash.get(row.phone_hash) ?? []))
}

export async function setDoNotCall(work: Work, entry: DoNotCall): Promise<void> {
  const { tenant, phone, reason, atMs } = entry
  const hash = phoneHash(tenant, phone)
  if (!entry.on) {
    await sql`delete from parley.do_not_call where tenant = ${tenant} and phone_hash = ${hash}`.execute(work)
    return
  }
  await sql`insert into parley.do_not_call (tenant, phone_hash, phone, reason, at_ms)
    values (${tenant}, ${hash}, ${phone}, ${reason ?? null}, ${atMs})
    on conflict (tenant, phone_hash) do update set phone = excluded.phone, reason = excluded.reason`.execute(
    work,
  )
  await failWaiting(work, tenant, phone, atMs)
}

async function failWaiting(work: Work, tenant: string, phone: string, atMs: number): Promise<void> {
  const rows = await rowsOf(
    work,
    sql<{ readonly id: string }>`
      update parley.calls set status = 'failed', reason = ${NOT_TO_BE_CALLED}, ended_at_ms = ${atMs},
        version = version + 1
      where id in (select id from parley.calls where tenant = ${tenant} and to_number = ${phone}
          and status in ('scheduled', 'queued') order by id for no key update)
        and status in ('scheduled', 'queued')
      returning id`,
  )
  const data = { status: 'failed', reason: NOT_TO_BE_CALLED }
  await appendEvents(
    work,
    rows.map(row => ({ call: row.id, tenant, atMs, kind: 'status', data })),
  )
}

/** Keeps the entry without the number. */
export async function listErased(work: Work, tenant: string, phone: string, atMs: number): Promise<void> {
  await rowOf(
    work,
    sql`insert into parley.do_not_call (tenant, phone_hash, reason, at_ms)
      values (${tenant}, ${phoneHash(tenant, phone)}, 'erased', ${atMs})
      on conflict (tenant, phone_hash) do update set phone = null, reason = 'erased'`,
  )
}
