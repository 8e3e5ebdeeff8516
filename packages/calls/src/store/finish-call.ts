import { ParleyError } from '@parley/core'
import { toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import { lockCall } from './attempts.js'
import { appendEvents } from './call-events.js'
import type { FinishedCall } from './call-store.js'
import { insertLetters } from './outbox.js'
import { rowOf, type Work } from './tenancy.js'
import { unknownCall } from './unknown-call.js'

/** Writes what came of a call, all of it and once: the row of the outcome is the proof that the rest was done. */
export async function finishCall(work: Work, done: FinishedCall): Promise<boolean> {
  const { outcome, lead, letters } = done
  const { call: id, tenant } = outcome
  const call = await lockCall(work, id, tenant)
  if (!call) throw unknownCall()
  if (call.ended_at_ms === null)
    throw new ParleyError('conflict', 'The call is not over yet; wait for its end.')
  const first = await rowOf(
    work,
    sql`insert into parley.call_outcomes (call_id, tenant, summary, result, problems, sentiment, statistics,
        follow_ups, made_by, made_at_ms)
      values (${id}, ${tenant}, (${toJsonText([outcome.summary])}::jsonb) ->> 0, ${toJsonText(outcome.result)}::jsonb,
        ${toJsonText(outcome.problems)}::jsonb, ${toJsonText(outcome.sentiment)}::jsonb,
        ${toJsonText(outcome.statistics)}::jsonb, ${toJsonText(outcome.followUps)}::jsonb, ${outcome.by},
        ${outcome.madeAtMs})
      on conflict do nothing returning 1`,
  )
  if (first === undefined) return false
  await sql`update parley.calls set finished = true, version = version + 1 where id = ${id}`.execute(work)
  if (lead) await changeLead(work, outcome, lead)
  await insertLetters(work, letters, id)
  const data = { by: outcome.by, letters: letters.length }
  await appendEvents(work, [{ call: id, tenant, atMs: outcome.madeAtMs, kind: 'finished', data }])
  return true
}

/** A lead that lives elsewhere is changed by a letter; here is none then. */
async function changeLead(
  work: Work,
  { tenant, call, madeAtMs }: FinishedCall['outcome'],
  lead: NonNullable<FinishedCall['lead']>,
): Promise<void> {
  await sql`update parley.leads set status = ${lead.status}, fields = fields || ${toJsonText(lead.fields)}::jsonb,
      last_call = ${call}, updated_at_ms = greatest(updated_at_ms, ${madeAtMs}), version = version + 1
    where tenant = ${tenant} and id = ${lead.id}`.execute(work)
}
