/** Money of phone calls, by what it was spent on: counted at the moment it was spent, whenever its call began. */

import { type QueryExecutorProvider, sql } from 'kysely'
import type { SpendFigures } from './analytics.js'
import type { Scope } from './scope.js'

/** Needs a transaction of its own or another's: row security shows what its tenant may see. */
export async function selectSpend(
  database: QueryExecutorProvider,
  { tenant, fromMs, untilMs, agent, edge, language }: Scope,
): Promise<readonly SpendFigures[]> {
  if (edge !== undefined && edge !== 'phone') return []
  await sql`select set_config('parley.tenant', ${tenant}, true)`.execute(database)
  const ofCalls = sql`and call_id in (select id from parley.calls where tenant = ${tenant}
    ${agent === undefined ? sql`` : sql`and agent = ${agent}`}
    ${language === undefined ? sql`` : sql`and (language = ${language} or starts_with(language, ${`${language}-`}))`})`
  const { rows } = await sql<SpendFigures>`
    select what, count(*)::integer as rows, sum(micros)::float8 as micros,
      (count(*) filter (where not settled))::integer as unsettled
    from parley.spend where tenant = ${tenant} and at_ms >= ${Math.ceil(fromMs)} and at_ms < ${Math.ceil(untilMs)}
    ${agent === undefined && language === undefined ? sql`` : ofCalls}
    group by what order by what limit 100`.execute(database)
  return rows
}
