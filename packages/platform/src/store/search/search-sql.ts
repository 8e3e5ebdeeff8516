/** Terms and filters as SQL. Whatever somebody typed is a parameter, never text of a statement. */
import { type RawBuilder, sql } from 'kysely'
import { isStorable } from '../json-text.js'
import type { SessionFilter } from '../store.js'
import type { SearchTerm } from './search-terms.js'

/** The words as PostgreSQL asks for them: folded as what was said is, in a row, the last one perhaps only begun. */
export function tsqueryOf({ text, prefix }: SearchTerm): RawBuilder<unknown> {
  const row = sql`phraseto_tsquery('simple', parley.folded(${text}))`
  if (!prefix) return row
  return sql`case numnode(${row}) when 0 then ${row} else (${row}::text || ':*')::tsquery end`
}

/** Whether a term was said in session `s`, by either side. */
export function saidIn(tenant: string, term: SearchTerm): RawBuilder<boolean> {
  const query = tsqueryOf(term)
  return sql<boolean>`(
    exists (select 1 from parley.turns m
      where m.session_id = s.id and m.tenant = ${tenant} and m.user_words @@ ${query})
    or exists (select 1 from parley.replies m
      where m.session_id = s.id and m.tenant = ${tenant} and m.said_words @@ ${query}))`
}

/** What a filter asks of session `s`. Undefined where nothing can fit. */
export function filterOf(tenant: string, filter: SessionFilter): readonly RawBuilder<boolean>[] | undefined {
  const { agent, edge, language, ended, fromMs, untilMs, slowMs, minTurns } = filter
  const names = [agent, edge, language, ended]
  if (names.some(name => name !== undefined && !isStorable(name))) return undefined
  const conditions: (RawBuilder<boolean> | false)[] = [
    agent !== undefined && sql`s.agent = ${agent}`,
    edge !== undefined && sql`s.edge = ${edge}`,
    // `es` also stands for `es-MX`.
    language !== undefined && sql`(s.language = ${language} or starts_with(s.language, ${`${language}-`}))`,
    ended === 'open' && sql`s.ended_at is null`,
    ended !== undefined && ended !== 'open' && sql`s.end_reason = ${ended}`,
    fromMs !== undefined && sql`s.started_at >= to_timestamp(${fromMs}::float8 / 1000)`,
    untilMs !== undefined && sql`s.started_at < to_timestamp(${untilMs}::float8 / 1000)`,
    filter.interrupted === true &&
      sql`exists (select 1 from parley.replies r where r.tenant = ${tenant} and r.session_id = s.id and r.interrupted)`,
    slowMs !== undefined &&
      sql`exists (select 1 from parley.replies r
        where r.tenant = ${tenant} and r.session_id = s.id and r.ledger_total_ms >= ${slowMs}::float8)`,
    minTurns !== undefined &&
      sql`(select count(*) from (select 1 from parley.turns t
        where t.tenant = ${tenant} and t.session_id = s.id limit ${minTurns}::integer) enough) >= ${minTurns}::integer`,
    filter.recorded === true && recorded,
  ]
  return conditions.filter(condition => condition !== false)
}

/** Whether there is a recording of session `s` that can be heard, now or soon. */
export const recorded = sql<boolean>`exists (select 1 from parley.recordings c
  where c.session_id = s.id and c.status in ('recording', 'finishing', 'ready'))`
