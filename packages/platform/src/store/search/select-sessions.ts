import type { CloseReason, SessionId } from '@parley/core'
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { isStorable } from '../json-text.js'
import type { Schema, SessionRow } from '../schema.js'
import { decodeCursor, encodeCursor, type SessionCursor } from '../session-cursor.js'
import type { ListedSession, SessionFacets, SessionPage, SessionQuery } from '../store.js'
import { filterOf, recorded, saidIn } from './search-sql.js'
import { searchTerms } from './search-terms.js'
import { selectMatches } from './select-matches.js'

/**
 * Pages of sessions, newest first, and what they can be asked for. A page begins where the one before ended, not after
 * so many rows: sessions that begin meanwhile move nothing.
 */

const longestPage = 200
/** Where it is looked first. */
const nearSessions = 400
/** Facets are those of so many of the newest sessions. */
const facetSessions = 2000
const mostFacets = 50

export async function selectSessions(database: Kysely<Schema>, query: SessionQuery): Promise<SessionPage> {
  const { tenant } = query
  const terms = searchTerms(query.search)
  const conditions = filterOf(tenant, query)
  if (!isStorable(tenant) || terms?.length === 0 || conditions === undefined) return { sessions: [] }
  const limit = Math.min(longestPage, Math.max(1, Math.trunc(query.limit ?? 50) || 1))
  const before = query.before === undefined ? undefined : decodeCursor(query.before)
  const said = (terms ?? []).map(term => saidIn(tenant, term))
  const ask = { tenant, before, conditions: [...conditions, ...said], rows: limit + 1 }
  const rows = await newestOf(database, ask)
  const page = rows.slice(0, limit)
  const matches =
    terms === undefined
      ? undefined
      : await selectMatches(database, { tenant, terms, sessions: page.map(({ id }) => id) })
  const sessions = page.map(row => {
    const match = matches?.get(row.id)
    return match === undefined ? listedSession(row) : { ...listedSession(row), match }
  })
  const last = sessions.at(-1)
  return rows.length > limit && last ? { sessions, next: encodeCursor(last) } : { sessions }
}

interface Asked {
  readonly tenant: string
  readonly before: SessionCursor | undefined
  readonly conditions: readonly RawBuilder<boolean>[]
  readonly rows: number
}

/**
 * What many sessions are is found among the newest of them, without a look at the rest: a word that everybody says would
 * else be looked up everywhere.
 */
async function newestOf(database: Kysely<Schema>, asked: Asked): Promise<ListedRow[]> {
  if (asked.conditions.length === 0) return rowsOf(database, asked)
  const near = await rowsOf(database, asked, nearSessions)
  return near.length === asked.rows ? near : rowsOf(database, asked)
}

function rowsOf(database: Kysely<Schema>, asked: Asked, among?: number): Promise<ListedRow[]> {
  const { tenant, before, conditions, rows } = asked
  const after =
    before &&
    sql<boolean>`(started_at, id) < (to_timestamp(${before.startedAtMs}::float8 / 1000), ${before.id})`
  let sessions = database.selectFrom('parley.sessions').selectAll().where('tenant', '=', tenant)
  if (after !== undefined) sessions = sessions.where(after)
  if (among !== undefined) {
    sessions = sessions.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(among)
  }
  let select = listed(database, sessions).orderBy('s.started_at', 'desc').orderBy('s.id', 'desc').limit(rows)
  for (const condition of conditions) select = select.where(condition)
  return select.execute()
}

export async function selectFacets(database: Kysely<Schema>, tenant: string): Promise<SessionFacets> {
  if (!isStorable(tenant)) return { agents: [], edges: [], languages: [] }
  const { rows } = await sql<{ readonly kind: string; readonly name: string }>`
    with newest as (
      select agent, edge, language from parley.sessions
      where tenant = ${tenant} order by started_at desc, id desc limit ${facetSessions})
    select kind, name from (
      select 'agents' as kind, agent as name from newest
      union select 'edges', edge from newest
      union select 'languages', language from newest) facets
    order by kind, name`.execute(database)
  const names = (kind: keyof SessionFacets) =>
    rows.flatMap(row => (row.kind === kind ? [row.name] : [])).slice(0, mostFacets)
  return { agents: names('agents'), edges: names('edges'), languages: names('languages') }
}

function listed(database: Kysely<Schema>, sessions: SelectQueryBuilder<Schema, never, SessionRow>) {
  return database
    .selectFrom(sessions.as('s'))
    .select([
      's.id',
      's.tenant',
      's.agent',
      's.language',
      's.edge',
      's.started_at',
      's.ended_at',
      's.end_reason',
    ])
    .select([
      sql<number>`(select count(*)::integer from parley.turns t where t.session_id = s.id)`.as('turn_count'),
      sql<number>`(select count(*)::integer from parley.replies r where r.session_id = s.id and r.interrupted)`.as(
        'interruptions',
      ),
      sql<number | null>`(select max(r.ledger_total_ms) from parley.replies r where r.session_id = s.id)`.as(
        'slowest_ms',
      ),
      recorded.as('recorded'),
    ])
}

type ListedRow = Awaited<ReturnType<ReturnType<typeof listed>['execute']>>[number]

function listedSession(row: ListedRow): ListedSession {
  return {
    id: row.id as SessionId,
    tenant: row.tenant,
    agent: row.agent,
    language: row.language,
    edge: row.edge,
    startedAtMs: row.started_at.getTime(),
    ...(row.ended_at === null ? {} : { endedAtMs: row.ended_at.getTime() }),
    // Only `endSession` writes it.
    ...(row.end_reason === null ? {} : { endReason: row.end_reason as CloseReason }),
    turnCount: row.turn_count,
    interruptions: row.interruptions,
    ...(row.slowest_ms === null ? {} : { slowestMs: row.slowest_ms }),
    recorded: row.recorded,
  }
}
