import { sql } from 'kysely'
import type { Call, CallKey } from '../call.js'
import { lockCall } from './attempts.js'
import { appendEvents } from './call-events.js'
import { type CallRow, callOf } from './call-rows.js'
import { rowOf, type Work } from './tenancy.js'

/** What becomes of a call without a carrier: cancelled, or put off. */

export async function cancelCall(
  work: Work,
  key: CallKey,
  reason: string,
  atMs: number,
): Promise<Call | undefined> {
  const call = await lockCall(work, key.id, key.tenant)
  if (!call || call.ended_at_ms !== null) return undefined
  const waits = call.status === 'scheduled' || call.status === 'queued'
  if (!waits && call.cancel_reason !== null) return callOf(call)
  const row = await rowOf(
    work,
    waits
      ? sql<CallRow>`update parley.calls set status = 'cancelled', reason = ${reason}, ended_at_ms = ${atMs},
          version = version + 1 where id = ${key.id} returning *`
      : sql<CallRow>`update parley.calls set cancel_reason = ${reason}, version = version + 1
          where id = ${key.id} returning *`,
  )
  const about = { call: key.id, tenant: key.tenant, atMs }
  const event = waits
    ? { ...about, kind: 'status', data: { status: 'cancelled', reason } }
    : { ...about, kind: 'cancel-asked', data: { reason } }
  await appendEvents(work, [event])
  return row && callOf(row)
}

export async function postponeCall(
  work: Work,
  key: CallKey,
  until: { readonly notBeforeMs: number; readonly reason: string; readonly atMs: number },
): Promise<void> {
  const { notBeforeMs, reason, atMs } = until
  const call = await lockCall(work, key.id, key.tenant)
  if (!call || (call.status !== 'scheduled' && call.status !== 'queued')) return
  if (call.not_before_ms === notBeforeMs && call.reason === reason) return
  const status = notBeforeMs > atMs ? 'scheduled' : 'queued'
  await sql`update parley.calls set status = ${status}, not_before_ms = ${notBeforeMs}, reason = ${reason},
    version = version + 1 where id = ${key.id}`.execute(work)
  const data = { status, reason, notBeforeMs }
  await appendEvents(work, [{ call: key.id, tenant: key.tenant, atMs, kind: 'status', data }])
}
