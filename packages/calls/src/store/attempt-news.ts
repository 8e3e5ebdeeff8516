import { ParleyError } from '@parley/core'
import { sql } from 'kysely'
import type { AttemptId, CallAttempt } from '../call.js'
import { callOver } from './after-attempt.js'
import { lockAttempt } from './attempts.js'
import { appendEvents, type NewEvent } from './call-events.js'
import { type AttemptRow, attemptOf, type CallRow, callOf, foldOf } from './call-rows.js'
import type { AfterAttempt, AttemptNews, DecideAfter, Told } from './call-store.js'
import { CAMPAIGN_CANCELLED, isCampaignCancelled } from './campaigns.js'
import { type AttemptFold, foldNews, isEnd, momentsOf } from './fold-news.js'
import { rowOf, rowsOf, type Work } from './tenancy.js'

/**
 * What carriers tell, and what follows from it for the call, in one transaction. An attempt ends once, and only then is it
 * decided what becomes of its call; what is told later still completes the attempt's row, and decides nothing.
 */

export async function tell(work: Work, news: AttemptNews, decide: DecideAfter): Promise<Told | undefined> {
  const id = news.attempt ?? (await attemptOfCarrierCall(work, news))
  const locked = id === undefined ? undefined : await lockAttempt(work, id)
  if (!locked) return undefined
  const { call, attempt } = locked
  // Another call of the carrier's with the same attempt: a leg of a transfer, or one that should not be.
  if (attempt.carrier_call !== null && attempt.carrier_call !== news.carrierCall) return undefined
  if (!(await isNew(work, attempt, news))) return told(call, attempt, false, false)

  const before = foldOf(attempt)
  const after = foldNews(before, news)
  const ended = attempt.state !== 'ended' && isEnd(after.reached?.what)
  const state = ended ? 'ended' : attempt.state === 'intended' ? 'placed' : attempt.state
  const saved = await saveAttempt(work, attempt, { fold: after, state, news })
  const events = [...attemptEvents(call, saved, before, after, news.atMs)]
  const talking = await saveTalk(work, call, saved, events, news.atMs)
  const decision = ended
    ? decide(callOf(talking), attemptOf(saved), await earlierAttempts(work, saved))
    : undefined
  const final = decision ? await settleCall(work, talking, decision, events, news.atMs) : talking
  await appendEvents(work, events)
  return told(final, saved, true, final.ended_at_ms !== null && call.ended_at_ms === null)
}

/** The carrier refused it, for sure: the attempt ends without a call of the carrier's. */
export async function endUnplaced(
  work: Work,
  id: AttemptId,
  then: AfterAttempt,
  atMs: number,
): Promise<void> {
  const locked = await lockAttempt(work, id)
  if (!locked || locked.attempt.state === 'ended') return
  const { call, attempt } = locked
  const status = then.then === 'again' && then.free === true ? 'canceled' : 'failed'
  const fold = foldNews(foldOf(attempt), { status, atMs })
  const news = { carrierCall: attempt.carrier_call, atMs }
  await saveAttempt(work, attempt, { fold, state: 'ended', news })
  const data = { attempt: id, status }
  const events: NewEvent[] = [{ call: call.id, tenant: call.tenant, atMs, kind: 'attempt-ended', data }]
  await settleCall(work, call, then, events, atMs)
  await appendEvents(work, events)
}

function told(call: CallRow, attempt: AttemptRow, news: boolean, over: boolean): Told {
  return { call: callOf(call), attempt: attemptOf(attempt), news, over }
}

async function attemptOfCarrierCall(work: Work, news: AttemptNews): Promise<string | undefined> {
  const row = await rowOf(
    work,
    sql<{ readonly id: string }>`
      select id from parley.call_attempts where carrier = ${news.carrier} and carrier_call = ${news.carrierCall}`,
  )
  return row?.id
}

async function isNew(work: Work, attempt: AttemptRow, news: AttemptNews): Promise<boolean> {
  const row = await rowOf(
    work,
    sql`insert into parley.carrier_news (attempt_id, id, tenant, at_ms)
      values (${attempt.id}, ${news.id}, ${attempt.tenant}, ${news.atMs}) on conflict do nothing returning 1`,
  )
  return row !== undefined
}

/** A call has one attempt under way at most: the others are over. */
async function earlierAttempts(work: Work, attempt: AttemptRow): Promise<readonly CallAttempt[]> {
  const rows = await rowsOf(
    work,
    sql<AttemptRow>`
      select * from parley.call_attempts where call_id = ${attempt.call_id} and id <> ${attempt.id} order by number`,
  )
  return rows.map(attemptOf)
}

interface AttemptChange {
  readonly fold: AttemptFold
  readonly state: AttemptRow['state']
  readonly news: { readonly carrierCall: string | null; readonly atMs: number }
}

async function saveAttempt(work: Work, attempt: AttemptRow, change: AttemptChange): Promise<AttemptRow> {
  const { fold, state, news } = change
  const row = await rowOf(
    work,
    sql<AttemptRow>`
      update parley.call_attempts set state = ${state}, carrier_call = ${news.carrierCall},
        status = ${fold.reached?.what ?? null}, status_sequence = ${fold.reached?.sequence ?? null},
        answered_by = ${fold.answerer?.what ?? null}, answered_by_sequence = ${fold.answerer?.sequence ?? null},
        answered_at_ms = ${fold.answeredAtMs ?? null}, ended_at_ms = ${fold.endedAtMs ?? null},
        duration_seconds = ${fold.durationSeconds ?? null}, heard_of_at_ms = greatest(heard_of_at_ms, ${news.atMs})
      where id = ${attempt.id} returning *`,
  )
  if (!row) throw new ParleyError('store_failed', 'An attempt vanished under its lock.')
  return row
}

function* attemptEvents(
  call: CallRow,
  attempt: AttemptRow,
  before: AttemptFold,
  after: AttemptFold,
  atMs: number,
): Generator<NewEvent> {
  const about = { call: call.id, tenant: call.tenant, atMs }
  if (after.reached && after.reached.what !== before.reached?.what) {
    const kind = isEnd(after.reached.what) ? 'attempt-ended' : 'attempt-status'
    yield { ...about, kind, data: { attempt: attempt.id, status: after.reached.what } }
  }
  if (after.answerer && after.answerer.what !== before.answerer?.what) {
    yield { ...about, kind: 'answered-by', data: { attempt: attempt.id, answeredBy: after.answerer.what } }
  }
}

/** What the attempt tells about its call while and after it talks; a call that is over stays so. */
async function saveTalk(
  work: Work,
  call: CallRow,
  attempt: AttemptRow,
  events: NewEvent[],
  atMs: number,
): Promise<CallRow> {
  const answers = call.status === 'dialling' && attempt.status === 'in-progress'
  const answeredAtMs = momentsOf(foldOf(attempt)).answeredAtMs ?? null
  const row = await rowOf(
    work,
    sql<CallRow>`
      update parley.calls set status = ${answers ? 'in-progress' : call.status},
        answered_by = coalesce(${attempt.answered_by}, answered_by),
        answered_at_ms = least(answered_at_ms, ${answeredAtMs}),
        talked_seconds = (select sum(duration_seconds)::integer from parley.call_attempts
          where call_id = ${call.id} and status = 'completed'),
        version = version + 1
      where id = ${call.id} returning *`,
  )
  if (!row) throw new ParleyError('store_failed', 'A call vanished under its lock.')
  if (answers) {
    events.push({
      call: call.id,
      tenant: call.tenant,
      atMs,
      kind: 'status',
      data: { status: 'in-progress' },
    })
  }
  return row
}

/** A call that was to be cancelled, or has no attempts left, does not come again. */
async function settleCall(
  work: Work,
  call: CallRow,
  wanted: AfterAttempt,
  events: NewEvent[],
  atMs: number,
): Promise<CallRow> {
  if (call.ended_at_ms !== null) return call
  const then = await possible(work, call, wanted)
  const again = then.then === 'again'
  const status = again ? (then.notBeforeMs > atMs ? 'scheduled' : 'queued') : then.status
  const reason = then.reason ?? null
  const row = await rowOf(
    work,
    sql<CallRow>`
      update parley.calls set status = ${status}, reason = ${reason}, ended_at_ms = ${again ? null : atMs},
        not_before_ms = ${again ? then.notBeforeMs : call.not_before_ms},
        max_attempts = max_attempts + ${again && then.free ? 1 : 0}, version = version + 1
      where id = ${call.id} returning *`,
  )
  if (!row) throw new ParleyError('store_failed', 'A call vanished under its lock.')
  const data = { status, reason, ...(again ? { notBeforeMs: then.notBeforeMs } : {}) }
  events.push({ call: call.id, tenant: call.tenant, atMs, kind: 'status', data })
  return row
}

async function possible(work: Work, call: CallRow, then: AfterAttempt): Promise<AfterAttempt> {
  if (then.then === 'over') return then
  if (call.cancel_reason !== null) return callOver('cancelled', call.cancel_reason)
  const left = call.attempts < call.max_attempts || then.free === true
  if (!left) return callOver('unreached', then.reason)
  return (await isCampaignCancelled(work, call)) ? callOver('cancelled', CAMPAIGN_CANCELLED) : then
}
