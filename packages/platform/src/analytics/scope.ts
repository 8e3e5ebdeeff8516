/** Which conversations are counted: the first words of every statement, so that all speak of the same ones. */

import { type RawBuilder, sql } from 'kysely'
import type { AnalyticsQuery } from './analytics.js'

export type Scope = Pick<AnalyticsQuery, 'tenant' | 'fromMs' | 'untilMs' | 'agent' | 'edge' | 'language'>

/** What is true of a row of `parley.sessions` that is counted. */
export function isInScope({ tenant, fromMs, untilMs, agent, edge, language }: Scope): RawBuilder<boolean> {
  const also = (column: string, value: string | undefined) =>
    value === undefined ? sql`` : sql`and ${sql.ref(column)} = ${value}`
  return sql<boolean>`tenant = ${tenant} and started_at >= to_timestamp(${fromMs}::float8 / 1000)
    and started_at < to_timestamp(${untilMs}::float8 / 1000)
    ${also('agent', agent)} ${also('edge', edge)}
    ${language === undefined ? sql`` : sql`and (language = ${language} or starts_with(language, ${`${language}-`}))`}`
}

/** `s`, the sessions that are counted. */
export function scoped(scope: Scope): RawBuilder<unknown> {
  return sql`s as materialized (
    select id, agent, edge, language, started_at, end_reason, providers, keeps_usage,
      extract(epoch from ended_at - started_at)::float8 * 1000 as length_ms
    from parley.sessions where ${isInScope(scope)}
  )`
}

/** The percentiles of an expression as one JSON array; nulls in it are left out. */
export function percentiles(expression: string): RawBuilder<readonly (number | null)[] | null> {
  const value = sql.raw(expression)
  return sql`to_json(percentile_cont(array[0.5, 0.9, 0.95, 0.99]) within group (order by ${value}))`
}
