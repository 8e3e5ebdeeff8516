import { ParleyError } from '@parley/core'
import { sql } from 'kysely'
import type { CallId, CallKey } from '../call.js'
import { lockCall } from './attempts.js'
import { appendEvents } from './call-events.js'
import type { Reservation } from './call-store.js'
import { rowOf, type Work } from './tenancy.js'
import { unknownCall } from './unknown-call.js'

/**
 * Money: what was set aside for turns, and what things cost. Those who set aside for a tenant, or against the limit of all,
 * take turns under a lock, so that two of them never spend the same rest.
 */

interface Sum {
  readonly micros: number | string | null
}

const spendLock = 7_236_956

export async function reserve(work: Work, reservation: Reservation): Promise<boolean> {
  const { id, tenant, call, micros, dayFromMs, limits, atMs } = reservation
  if (!Number.isSafeInteger(micros) || micros < 0) {
    throw new ParleyError('bad_message', 'What is set aside must be a whole number of millionths, 0 or more.')
  }
  // The lock of all comes first, always: no two wait for each other.
  if (limits.dayMicros !== undefined) await sql`select pg_advisory_xact_lock(${spendLock})`.execute(work)
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenant}, ${spendLock}))`.execute(work)
  const had = await rowOf(work, sql`select 1 from parley.spend where id = ${id}`)
  if (had !== undefined) return true
  const fits = async (limit: number | undefined, spent: () => Promise<number>) =>
    limit === undefined || (await spent()) + micros <= limit
  const allowed =
    (await fits(limits.callMicros, () => sumOf(work, sql`call_id = ${call}`))) &&
    (await fits(limits.tenantDayMicros, () =>
      sumOf(work, sql`tenant = ${tenant} and at_ms >= ${dayFromMs}`),
    )) &&
    (await fits(limits.dayMicros, () => sumOf(work, sql`at_ms >= ${dayFromMs}`)))
  if (!allowed) return false
  const row = await rowOf(
    work,
    sql`insert into parley.spend (id, tenant, call_id, what, micros, settled, at_ms)
      select ${id}, ${tenant}, c.id, 'turn', ${micros}::bigint, false, ${atMs}::bigint
      from parley.calls c where c.id = ${call} and c.tenant = ${tenant} returning 1`,
  )
  if (row !== undefined) return true
  throw unknownCall()
}

async function sumOf(work: Work, condition: ReturnType<typeof sql>): Promise<number> {
  const row = await rowOf(
    work,
    sql<Sum>`select sum(micros)::bigint as micros from parley.spend where ${condition}`,
  )
  return Number(row?.micros ?? 0)
}

/** The second time it changes nothing; nor for what was never set aside. */
export async function settle(work: Work, id: string, micros: number, atMs: number): Promise<void> {
  const found = await rowOf(
    work,
    sql<{ readonly call_id: string | null; readonly tenant: string }>`
      select call_id, tenant from parley.spend where id = ${id} and not settled`,
  )
  if (!found) return
  const call = found.call_id === null ? undefined : await lockCall(work, found.call_id)
  const row = await rowOf(
    work,
    sql`update parley.spend set micros = ${whole(micros)}, settled = true where id = ${id} and not settled returning 1`,
  )
  if (row === undefined || !call) return
  await addToCall(work, { tenant: found.tenant, id: call.id as CallId }, { micros, what: 'turn', atMs })
}

export interface Cost {
  readonly id: string
  readonly micros: number
  readonly what: string
  readonly atMs: number
}

export async function addCost(work: Work, key: CallKey, cost: Cost): Promise<void> {
  const call = await lockCall(work, key.id, key.tenant)
  if (!call) throw unknownCall()
  const first = await rowOf(
    work,
    sql`insert into parley.spend (id, tenant, call_id, what, micros, settled, at_ms)
    values (${cost.id}, ${key.tenant}, ${key.id}, ${cost.what}, ${whole(cost.micros)}, true, ${cost.atMs})
    on conflict do nothing returning 1`,
  )
  if (first === undefined) return
  await addToCall(work, key, cost)
}

async function addToCall(work: Work, key: CallKey, cost: Omit<Cost, 'id'>): Promise<void> {
  const { micros, what, atMs } = cost
  const row = await rowOf(
    work,
    sql<Sum>`update parley.calls set cost_micros = cost_micros + ${whole(micros)}, version = version + 1
      where id = ${key.id} returning cost_micros as micros`,
  )
  const data = { what, micros: whole(micros), totalMicros: Number(row?.micros ?? 0) }
  await appendEvents(work, [{ call: key.id, tenant: key.tenant, atMs, kind: 'cost', data }])
}

export async function sumSpent(
  work: Work,
  query: { readonly tenant: string; readonly call?: CallId; readonly fromMs: number },
): Promise<number> {
  const ofCall = query.call === undefined ? sql`` : sql`and call_id = ${query.call}`
  return sumOf(work, sql`tenant = ${query.tenant} and at_ms >= ${query.fromMs} ${ofCall}`)
}

/** Rounded up: what is counted is never less than what was spent. */
function whole(micros: number): number {
  return Math.max(0, Math.ceil(micros))
}
