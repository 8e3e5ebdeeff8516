/** The figures at the top, which are also asked of the time before. */

import { type QueryExecutorProvider, sql } from 'kysely'
import type { Headline } from './analytics.js'
import { type PercentileRow, toPercentiles } from './rows.js'
import { percentiles, type Scope, scoped } from './scope.js'

interface HeadlineRow extends Omit<Headline, 'latency'> {
  readonly latency: PercentileRow
}

export async function selectHeadline(database: QueryExecutorProvider, scope: Scope): Promise<Headline> {
  const { rows } = await sql<HeadlineRow>`
    with ${scoped(scope)}
    select b.*, c.turns, a.*
    from (select count(*)::integer as sessions, count(length_ms)::integer as ended,
        coalesce(sum(greatest(length_ms, 0)), 0) / 60000 as minutes from s) b,
      (select count(ended_at_ms)::integer as replies,
        (count(*) filter (where interrupted))::integer as interrupted,
        json_build_object('rows', count(ledger_total_ms), 'points', ${percentiles('ledger_total_ms')}) as latency
        from s join parley.replies r on r.session_id = s.id where r.tenant = ${scope.tenant}) a,
      (select count(*)::integer as turns from s join parley.turns t on t.session_id = s.id
        where t.tenant = ${scope.tenant} and t.user_at_ms is not null) c`.execute(database)
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate gives one row')
  return { ...row, latency: toPercentiles(row.latency) }
}
