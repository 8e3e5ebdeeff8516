import { CompiledQuery, type Kysely } from 'kysely'
import type { JournalRows } from './journal-rows.js'
import { toJsonText } from './json-text.js'
import type { Schema } from './schema.js'
import type { NewSession, SessionEnd } from './store.js'
import { usageCounts, usageKey } from './usage-rows.js'

/**
 * The statements that write, the same for both databases. A batch travels as one JSON parameter, so that a statement
 * is parsed once whatever its size, and is atomic by itself. Every statement may run twice with the same outcome.
 */

const turnColumns = `session_id text, id text, first_at_ms float8, user_text text, user_origin text,
  user_start_ms float8, user_end_ms float8, user_at_ms float8`
const replyColumns = `session_id text, id text, turn_id text, first_at_ms float8, said text, heard_text text,
  heard_ms float8, heard_complete boolean, heard_source text, heard_error_ms float8, interrupted boolean,
  state jsonb, decision jsonb, ended_at_ms float8, ledger jsonb, ledger_total_ms float8,
  ledger_stages_ms float8[], ledger_first_token_ms float8, ledger_at_ms float8`

const userPart = ['user_text', 'user_origin', 'user_start_ms', 'user_end_ms', 'user_at_ms']
const endPart = [
  'said',
  'heard_text',
  'heard_ms',
  'heard_complete',
  'heard_source',
  'heard_error_ms',
  'interrupted',
  'state',
  'decision',
  'ended_at_ms',
]
const ledgerPart = ['ledger', 'ledger_total_ms', 'ledger_stages_ms', 'ledger_first_token_ms', 'ledger_at_ms']

/** Takes a part of the new row as a whole if its moment is there and not earlier than the stored one. */
function takeLater(part: readonly string[], momentColumn: string): string {
  const later = `excluded.${momentColumn} >= coalesce(old.${momentColumn}, '-infinity')`
  return part
    .map(column => `${column} = case when ${later} then excluded.${column} else old.${column} end`)
    .join(', ')
}

const insertedTurn = ['session_id', 'id', 'first_at_ms', ...userPart].join(', ')
const insertedReply = ['session_id', 'id', 'turn_id', 'first_at_ms', ...endPart, ...ledgerPart].join(', ')

/** Foreign keys are checked when the statement ends, so the order of its parts does not matter. */
const journalParts = `
turn_input as (select * from jsonb_to_recordset($1::jsonb) as t(${turnColumns})),
reply_input as (select * from jsonb_to_recordset($2::jsonb) as r(${replyColumns})),
turns as (
  insert into parley.turns as old (tenant, ${insertedTurn})
  select s.tenant, ${prefixed('i', insertedTurn)}
  from turn_input i join parley.sessions s on s.id = i.session_id
  on conflict (session_id, id) do update set
    first_at_ms = least(old.first_at_ms, excluded.first_at_ms),
    ${takeLater(userPart, 'user_at_ms')}
), replies as (
  insert into parley.replies as old (tenant, ${insertedReply})
  select s.tenant, ${prefixed('i', insertedReply)}
  from reply_input i join parley.sessions s on s.id = i.session_id
  on conflict (session_id, id) do update set
    first_at_ms = least(old.first_at_ms, excluded.first_at_ms),
    ${takeLater(endPart, 'ended_at_ms')},
    ${takeLater(ledgerPart, 'ledger_at_ms')}
)`

const writeJournalSql = `with ${journalParts}
select distinct i.session_id as id from turn_input i
where not exists (select 1 from parley.sessions s where s.id = i.session_id)`

const usageColumns = `${usageKey.join(' text, ')} text, ${usageCounts.join(' float8, ')} float8`
const insertedUsage = [...usageKey, ...usageCounts].join(', ')
const grown = usageCounts.map(column => `${column} = greatest(old.${column}, excluded.${column})`).join(', ')

/** The same with what was used of providers, where there is something of that. */
const writeJournalAndUsageSql = `with ${journalParts},
usage_input as (select * from jsonb_to_recordset($3::jsonb) as u(${usageColumns})),
usage as (
  insert into parley.session_usage as old (tenant, ${insertedUsage})
  select s.tenant, ${prefixed('i', insertedUsage)}
  from usage_input i join parley.sessions s on s.id = i.session_id
  on conflict (${usageKey.join(', ')}) do update set ${grown}
)
select distinct i.session_id as id
from (select session_id from turn_input union all select session_id from usage_input) i
where not exists (select 1 from parley.sessions s where s.id = i.session_id)`

function prefixed(alias: string, columns: string): string {
  return columns.replace(/\w+/g, column => `${alias}.${column}`)
}

/** Writes turns and replies; the answer has the sessions that are not known, whose rows were left out. */
export async function writeJournal(
  database: Kysely<Schema>,
  rows: JournalRows,
): Promise<ReadonlySet<string>> {
  const parameters = [toJsonText(rows.turns), toJsonText(rows.replies)]
  const unknown = await database.executeQuery<{ readonly id: string }>(
    rows.usage.length === 0
      ? CompiledQuery.raw(writeJournalSql, parameters)
      : CompiledQuery.raw(writeJournalAndUsageSql, [...parameters, toJsonText(rows.usage)]),
  )
  return new Set(unknown.rows.map(row => row.id))
}

const beginSql = `
insert into parley.sessions as old (id, tenant, agent, language, edge, started_at, providers, keeps_usage)
select id, tenant, agent, language, edge, to_timestamp(started_at_ms / 1000), providers, coalesce(keeps_usage, false)
from jsonb_to_recordset($1::jsonb) as s(id text, tenant text, agent text, language text, edge text,
  started_at_ms float8, providers jsonb, keeps_usage boolean)
on conflict (id) do update set agent = old.agent where old.tenant = excluded.tenant
returning (xmax::text <> '0') as resumed,
  (select coalesce(max(e.seq) + 1, 0) from parley.session_events e where e.session_id = old.id) as next_seq`

/** Undefined when the id belongs to another tenant. */
export async function insertSession(
  database: Kysely<Schema>,
  session: NewSession,
): Promise<{ readonly resumed: boolean; readonly nextSeq: number } | undefined> {
  const { startedAtMs, keepsUsage, ...row } = session
  const given = { ...row, started_at_ms: Math.trunc(startedAtMs), keeps_usage: keepsUsage === true }
  const { rows } = await database.executeQuery<{ readonly resumed: boolean; readonly next_seq: number }>(
    CompiledQuery.raw(beginSql, [toJsonText([given])]),
  )
  const [first] = rows
  return first && { resumed: first.resumed, nextSeq: first.next_seq }
}

const endSql = `
update parley.sessions s
set (ended_at, end_reason) = (
  select x.ended_at, x.end_reason
  from (values (s.ended_at, s.end_reason), (to_timestamp(e.ended_at_ms / 1000), e.end_reason))
    as x(ended_at, end_reason)
  order by x.ended_at desc nulls last limit 1)
from jsonb_to_recordset($1::jsonb) as e(id text, end_reason text, ended_at_ms float8)
where s.id = e.id
returning s.id`

/** False for a session that is not known. */
export async function updateEnd(database: Kysely<Schema>, end: SessionEnd): Promise<boolean> {
  const row = { id: end.id, end_reason: end.reason, ended_at_ms: Math.trunc(end.endedAtMs) }
  const { rows } = await database.executeQuery(CompiledQuery.raw(endSql, [toJsonText([row])]))
  return rows.length > 0
}

const eventsSql = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as e(session_id text, seq integer, event jsonb)
), stored as (
  insert into parley.session_events (session_id, seq, tenant, at_ms, kind, event)
  select i.session_id, i.seq, s.tenant, (i.event ->> 'atMs')::float8, i.event ->> 'kind', i.event
  from input i join parley.sessions s on s.id = i.session_id
  on conflict (session_id, seq) do nothing
)
select count(*)::integer as missing from input i
where not exists (select 1 from parley.sessions s where s.id = i.session_id)`

/**
 * Adds log entries, given as JSON texts of `{session_id, seq, event}`; the answer is how many were left out because
 * their session is not known.
 */
export async function insertEvents(database: Kysely<Schema>, rowTexts: readonly string[]): Promise<number> {
  const { rows } = await database.executeQuery<{ readonly missing: number }>(
    CompiledQuery.raw(eventsSql, [`[${rowTexts.join(',')}]`]),
  )
  return rows[0]?.missing ?? 0
}
