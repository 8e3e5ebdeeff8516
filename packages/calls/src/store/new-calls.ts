import { ParleyError } from '@parley/core'
import { toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import type { Call, CallAttempt } from '../call.js'
import { isE164 } from '../phone-number.js'
import { appendEvents, type NewEvent } from './call-events.js'
import { type AttemptRow, attemptOf, type CallRow, callOf } from './call-rows.js'
import type { IncomingCall, NewCall } from './call-store.js'
import { listedOf, NOT_TO_BE_CALLED } from './do-not-call.js'
import { rowOf, rowsOf, type Work } from './tenancy.js'

/** How calls become known: wished for, or come in. Both find what is there already, also when two ask at the same moment. */

/** All of one tenant. Their events are the caller's to append, behind all else that its transaction does. */
export async function insertCalls(
  work: Work,
  tenant: string,
  calls: readonly NewCall[],
): Promise<{ readonly calls: readonly Call[]; readonly events: readonly NewEvent[] }> {
  for (const call of calls) checkNumbers(call)
  await checkCampaigns(work, tenant, calls)
  const listed = await listedOf(
    work,
    tenant,
    calls.map(call => call.to),
  )
  const made = await rowsOf(
    work,
    // In the order of their keys, so that two batches with the same keys do not wait for each other in a circle.
    sql<CallRow>`
      insert into parley.calls (id, tenant, request_key, direction, from_number, to_number, agent, language, lead, campaign,
        status, priority, not_before_ms, attempts, max_attempts, reason, facts, record, created_at_ms, ended_at_ms)
      select c.id, ${tenant}, c.key, 'outbound', c."from", c."to", c.agent, c.language, c.lead, c.campaign, c.status,
        c.priority, c."notBeforeMs", 0, c."maxAttempts", c.reason, c.facts, c.record, c."atMs", c."endedAtMs"
      from jsonb_to_recordset(${toJsonText(calls.map(call => asRow(call, listed)))}::jsonb) as c (
        id text, key text, "from" text, "to" text, agent text, language text, lead text, campaign text, status text,
        priority integer, "notBeforeMs" bigint, "maxAttempts" integer, reason text, facts jsonb, record boolean,
        "atMs" bigint, "endedAtMs" bigint)
      order by c.key, c.id
      on conflict do nothing returning *`,
  )
  const fresh = new Map(made.map(row => [row.id, row]))
  const found = fresh.size === calls.length ? [] : await selectKnown(work, tenant, calls)
  const result = calls.map(call => callOf(fresh.get(call.id) ?? knownOf(call, found)))
  const events = calls.flatMap(call => {
    const row = fresh.get(call.id)
    if (!row) return []
    const { campaign, status, agent, reason } = callOf(row)
    const data = { direction: 'outbound', status, agent, campaign, reason }
    return [{ call: call.id, tenant, atMs: call.atMs, kind: 'created', data }]
  })
  return { calls: result, events }
}

function asRow(call: NewCall, listed: ReadonlySet<string>) {
  const { atMs, notBeforeMs } = call
  if (listed.has(call.to)) return { ...call, status: 'failed', reason: NOT_TO_BE_CALLED, endedAtMs: atMs }
  return { ...call, status: notBeforeMs > atMs ? 'scheduled' : 'queued' }
}

type KnownRow = CallRow & { readonly request_key: string | null }

function selectKnown(work: Work, tenant: string, calls: readonly NewCall[]): Promise<readonly KnownRow[]> {
  const ids = toJsonText(calls.map(call => call.id))
  const keys = toJsonText(calls.flatMap(call => call.key ?? []))
  return rowsOf(
    work,
    sql<KnownRow>`
      select * from parley.calls where tenant = ${tenant} and (
        id in (select jsonb_array_elements_text(${ids}::jsonb))
        or request_key in (select jsonb_array_elements_text(${keys}::jsonb)))`,
  )
}

function knownOf(call: NewCall, found: readonly KnownRow[]): CallRow {
  const row =
    (call.key === undefined ? undefined : found.find(other => other.request_key === call.key)) ??
    found.find(other => other.id === call.id)
  if (row) return row
  throw new ParleyError('conflict', 'The id of the call is taken; make the call with a new one.')
}

/** An attempt with that call of the carrier's gives its call, whoever's wish it was. */
export async function takeIncoming(
  work: Work,
  incoming: IncomingCall,
): Promise<{ readonly call: Call; readonly attempt: CallAttempt; readonly known: boolean }> {
  const { tenant, atMs } = incoming
  // Two requests of the carrier about the same new call: the second waits here and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${incoming.carrierCall}, 7236955))`.execute(work)
  const known = await selectTaken(work, incoming)
  if (known) return { ...known, known: true }
  const from = isE164(incoming.from) ? incoming.from : ''
  if (!isE164(incoming.to)) throw badNumber('The number that was called')
  const call = await rowOf(
    work,
    sql<CallRow>`
      insert into parley.calls (id, tenant, direction, from_number, to_number, agent, language, status, priority,
        not_before_ms, attempts, max_attempts, facts, record, created_at_ms)
      values (${incoming.id}, ${tenant}, 'inbound', ${from}, ${incoming.to}, ${incoming.agent},
        ${incoming.language ?? null}, 'dialling', 1, ${atMs}, 1, 1, '{}', ${incoming.record}, ${atMs})
      returning *`,
  )
  const attempt = await rowOf(
    work,
    sql<AttemptRow>`
      insert into parley.call_attempts (id, call_id, tenant, number, carrier, state, carrier_call, intended_at_ms,
        heard_of_at_ms)
      values (${incoming.attempt}, ${incoming.id}, ${tenant}, 1, ${incoming.carrier}, 'placed', ${incoming.carrierCall},
        ${atMs}, ${atMs})
      returning *`,
  )
  if (!call || !attempt)
    throw new ParleyError('store_failed', 'The database kept no row of an incoming call.')
  const data = { direction: 'inbound', status: 'dialling', agent: incoming.agent, attempt: incoming.attempt }
  await appendEvents(work, [{ call: call.id, tenant, atMs, kind: 'created', data }])
  return { call: callOf(call), attempt: attemptOf(attempt), known: false }
}

async function selectTaken(work: Work, { tenant, carrier, carrierCall }: IncomingCall) {
  const attempt = await rowOf(
    work,
    sql<AttemptRow>`
      select * from parley.call_attempts where carrier = ${carrier} and carrier_call = ${carrierCall}
        and tenant = ${tenant}`,
  )
  if (!attempt) return undefined
  const call = await rowOf(work, sql<CallRow>`select * from parley.calls where id = ${attempt.call_id}`)
  return call && { call: callOf(call), attempt: attemptOf(attempt) }
}

async function checkCampaigns(work: Work, tenant: string, calls: readonly NewCall[]): Promise<void> {
  const wanted = new Set(calls.flatMap(call => call.campaign ?? []))
  if (wanted.size === 0) return
  const rows = await rowsOf(
    work,
    // Whoever cancels one of them waits, and then finds the calls that are made here.
    sql<{ readonly status: string }>`select status from parley.campaigns where tenant = ${tenant}
      and id in (select jsonb_array_elements_text(${toJsonText([...wanted])}::jsonb)) order by id for share`,
  )
  if (rows.length < wanted.size) {
    throw new ParleyError('not_found', 'A campaign of the calls is unknown; make it first.')
  }
  if (rows.some(row => row.status === 'cancelled')) {
    throw new ParleyError('conflict', 'The campaign was cancelled; make the calls without it, or in another.')
  }
}

function checkNumbers(call: NewCall): void {
  if (!isE164(call.to)) throw badNumber('The number to call')
  if (!isE164(call.from)) throw badNumber('The number to call from')
}

function badNumber(which: string): ParleyError {
  return new ParleyError(
    'bad_number',
    `${which} is not an international number; write it with + and the country, as in +15551234567.`,
  )
}
