/** What the session log tells: rulings on overlaps, ends of turns, answers prepared early, tokens. */

import { type QueryExecutorProvider, sql } from 'kysely'
import { type AnalyticsReport, longWaitMs, type Percentiles } from './analytics.js'
import { noRows, type PercentileRow, toPercentiles } from './rows.js'
import { percentiles, type Scope, scoped } from './scope.js'

export interface Logged extends Pick<AnalyticsReport, 'endpointing' | 'speculation' | 'tokens'> {
  readonly bargeIn: Percentiles
  readonly rulings: AnalyticsReport['interruptions']['rulings']
}

interface KindRow extends PercentileRow {
  readonly kind: string
  readonly ruling: string | null
  /** All of the kind, also those without a duration. */
  readonly events: number
  readonly long: number
  readonly audioMs: number
  readonly words: number
  readonly inputTokens: number
  readonly outputTokens: number
}

export async function selectLogged(database: QueryExecutorProvider, scope: Scope): Promise<Logged> {
  const kinds = await selectKinds(database, scope)
  const of = (kind: string) => kinds.find(row => row.kind === kind)
  const waits = of('turn-committed')
  const ducked = of('ducked')
  const discarded = of('reply-discarded')
  return {
    bargeIn: ducked === undefined ? noRows : toPercentiles(ducked),
    rulings: kinds.flatMap(({ ruling, rows, points }) =>
      ruling === null ? [] : [{ ruling, ...toPercentiles({ rows, points }) }],
    ),
    endpointing: {
      waits: waits === undefined ? noRows : toPercentiles(waits),
      long: waits?.long ?? 0,
      reopened: of('turn-reopened')?.events ?? 0,
    },
    speculation: {
      prepared: of('reply-prepared')?.events ?? 0,
      discarded: discarded?.events ?? 0,
      audioMs: discarded?.audioMs ?? 0,
      words: discarded?.words ?? 0,
      inputTokens: discarded?.inputTokens ?? 0,
      outputTokens: discarded?.outputTokens ?? 0,
    },
    tokens: await selectTokens(database, scope),
  }
}

/** What was thrown away, told with it. */
const waste = ['audioMs', 'words', 'inputTokens', 'outputTokens'] as const
const wasted = sql.raw(
  waste
    .map(name => `case kind when 'reply-discarded' then (event ->> '${name}')::float8 end as "${name}"`)
    .join(', '),
)
const wastedSums = sql.raw(waste.map(name => `coalesce(sum("${name}"), 0) as "${name}"`).join(', '))

/** Numbers alone are sorted: `x` is made before, so that no document is carried along. */

async function selectKinds(database: QueryExecutorProvider, scope: Scope): Promise<readonly KindRow[]> {
  const { rows } = await sql<KindRow>`
    with ${scoped(scope)}, x as materialized (
      select e.kind, ${wasted}, case e.kind when 'judged' then e.event ->> 'ruling' end as ruling, case e.kind
        when 'judged' then (e.event ->> 'afterOnsetMs')::float8
        when 'ducked' then (e.event ->> 'afterOnsetMs')::float8
        when 'turn-committed' then (e.event -> 'endpoint' ->> 'ms')::float8 end as ms
      from s join parley.session_events e on e.session_id = s.id
      where e.tenant = ${scope.tenant}
        and e.kind in ('judged', 'ducked', 'turn-committed', 'turn-reopened', 'reply-prepared', 'reply-discarded')
    )
    select kind, ruling, count(*)::integer as events, count(ms)::integer as rows, ${percentiles('ms')} as points,
      (count(*) filter (where ms > ${sql.lit(longWaitMs)}))::integer as long,
      ${wastedSums}
    from x group by kind, ruling order by kind, ruling`.execute(database)
  return rows
}

/** Of conversations from before more was counted. What was thrown away was paid as well. */
async function selectTokens(
  database: QueryExecutorProvider,
  scope: Scope,
): Promise<AnalyticsReport['tokens']> {
  const { rows } = await sql<AnalyticsReport['tokens'][number]>`
    with ${scoped(scope)}, x as (
      select s.agent, s.providers, case when s.providers ? 'realtime' then 'realtime'
          when s.providers ? 'live' then 'live' when s.providers ? 'llm' then 'llm' end as slot,
        (e.event ->> 'inputTokens')::float8 as input, (e.event ->> 'outputTokens')::float8 as output
      from s join parley.session_events e on e.session_id = s.id
      where not s.keeps_usage and e.tenant = ${scope.tenant} and e.kind in ('reply-made', 'reply-discarded')
    )
    select agent, slot, providers -> slot ->> 'provider' as provider, providers -> slot ->> 'model' as model,
      count(*)::integer as replies, (count(*) filter (where input + output > 0))::integer as counted,
      coalesce(sum(input), 0) as "inputTokens", coalesce(sum(output), 0) as "outputTokens"
    from x group by 1, 2, 3, 4 order by 8 desc, 1, 2, 3, 4 limit 100`.execute(database)
  return rows
}
