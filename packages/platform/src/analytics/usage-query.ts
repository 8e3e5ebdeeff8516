/** What conversations used of their providers, by agent, slot, provider and model. */

import { type QueryExecutorProvider, sql } from 'kysely'
import { countsOf, type UsageSums, usageSums } from '../store/usage-rows.js'
import type { UsageFigures, UsageReport } from './analytics.js'
import { type Scope, scoped } from './scope.js'

/** Names of providers and models come from agents' files: nobody has so many. */
const mostLines = 1_000

type Row = UsageSums &
  Pick<UsageFigures, 'agent' | 'slot' | 'provider' | 'sessions'> & { readonly model: string }

export async function selectUsageFigures(
  database: QueryExecutorProvider,
  scope: Scope,
): Promise<UsageReport> {
  const { rows } = await sql<{ readonly keeping: number; readonly lines: readonly Row[] }>`
    with ${scoped(scope)}
    select (select count(*)::integer from s where keeps_usage) as keeping,
      coalesce((select json_agg(x) from (
        select s.agent, u.slot, u.provider, u.model, count(distinct u.session_id)::integer as sessions,
          ${sql.raw(usageSums)}
        from s join parley.session_usage u on u.session_id = s.id where u.tenant = ${scope.tenant}
        group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3, 4 limit ${mostLines + 1}) x), '[]') as lines`.execute(
    database,
  )
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate gives one row')
  return {
    sessions: row.keeping,
    truncated: row.lines.length > mostLines,
    lines: row.lines.slice(0, mostLines).map(line => ({
      ...{ agent: line.agent, slot: line.slot, provider: line.provider, sessions: line.sessions },
      model: line.model === '' ? null : line.model,
      ...countsOf(line),
    })),
  }
}
