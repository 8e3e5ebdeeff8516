/** Where the time of answers went: whole, by stage, and by who made the stage; who else decided, and which tools ran. */

import { type LedgerMark, ledgerMarks } from '@parley/core'
import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import type { AnalyticsReport, LatencyFigures } from './analytics.js'
import { type PercentileRow, toPercentiles, withPercentiles } from './rows.js'
import { percentiles, type Scope, scoped } from './scope.js'

export interface Answers extends Pick<AnalyticsReport, 'decisions' | 'tools'> {
  readonly latency: Omit<LatencyFigures, 'bargeIn'>
}

/** Whose work a stage is; the others are the gateway's and the path's. */
const roleOfStage: Readonly<Partial<Record<LedgerMark, keyof typeof slotOfRole>>> = {
  'final-text': 'ears',
  'first-token': 'mind',
  'first-clause': 'mind',
  'first-voice': 'voice',
}
const slotOfRole = { ears: 'stt', mind: 'llm', voice: 'tts' } as const

interface StageRow extends PercentileRow {
  /** Its place among the marks. */
  readonly stage: number
  /** Slot, provider and model; null for all of the stage together, and where nobody was noted. */
  readonly who: readonly [slot: string, provider: string, model: string | null] | null
  /** All providers together. */
  readonly whole: boolean
}

export async function selectAnswers(database: QueryExecutorProvider, scope: Scope): Promise<Answers> {
  const stages = await selectStages(database, scope)
  const totals = await selectTotals(database, scope)
  const decisions = await selectDecisions(database, scope)
  const tools = await selectTools(database, scope)
  const ofTurn = stages.flatMap(row => {
    const stage = ledgerMarks[row.stage]
    return stage === undefined ? [] : [{ ...row, stage }]
  })
  return {
    latency: {
      ...totals,
      stages: ofTurn.flatMap(({ whole, stage, ...row }) => (whole ? [{ stage, ...toPercentiles(row) }] : [])),
      providers: ofTurn.flatMap(({ whole, stage, who, ...row }) => {
        if (whole || who === null) return []
        const [slot, provider, model] = who
        return [{ stage, slot, provider, model, ...toPercentiles(row) }]
      }),
    },
    decisions,
    tools,
  }
}

/**
 * Stages and makers are told apart by small numbers: there are many times more stages than answers, and all are sorted. A
 * model that does all of a conversation stands under its own slot.
 */
async function selectStages(database: QueryExecutorProvider, scope: Scope): Promise<readonly StageRow[]> {
  const { rows } = await sql<StageRow>`
    with ${scoped(scope)},
    w as materialized (
      select id, ears, mind, voice, dense_rank() over (order by ears)::integer as ears_key,
        dense_rank() over (order by mind)::integer as mind_key, dense_rank() over (order by voice)::integer as voice_key
      from (select id, ${makerOf('ears')}, ${makerOf('mind')}, ${makerOf('voice')} from s) y
    ),
    k as materialized (
      select 'ears' as role, ears_key as key, ears as who from w union
      select 'mind', mind_key, mind from w union
      select 'voice', voice_key, voice from w
    ),
    z as materialized (
      select mark - 1 as stage, r.ledger_stages_ms[mark] as ms,
        case ${roleOf(sql`(${stageNames})[mark]`)} when 'ears' then ears_key when 'mind' then mind_key
          when 'voice' then voice_key end as key
      from w join parley.replies r on r.session_id = w.id
        cross join generate_series(1, ${sql.lit(ledgerMarks.length)}) mark
      where r.tenant = ${scope.tenant} and r.ledger_stages_ms[mark] is not null
    ),
    a as (
      select stage, key, grouping(key) = 1 as whole, count(*)::integer as rows, ${percentiles('ms')} as points
      from z group by grouping sets ((stage), (stage, key)) having grouping(key) = 1 or key is not null
    )
    select a.stage, k.who, a.whole, a.rows, a.points
    from a left join k on k.key = a.key and k.role = ${roleOf(sql`(${stageNames})[a.stage + 1]`)}
    order by 3 desc, 1, 4 desc, 2`.execute(database)
  return rows
}

const stageNames = sql.raw(`array[${ledgerMarks.map(mark => `'${mark}'`).join(', ')}]`)

function roleOf(stage: RawBuilder<unknown>): RawBuilder<unknown> {
  const cases = Object.entries(roleOfStage).map(([mark, role]) => `when '${mark}' then '${role}'`)
  return sql`case ${stage} ${sql.raw(cases.join(' '))} end`
}

function makerOf(role: keyof typeof slotOfRole): RawBuilder<unknown> {
  const named = ['realtime', 'live', slotOfRole[role]].map(
    slot => `when providers -> '${slot}' ->> 'provider' is not null then jsonb_build_array('${slot}',
      providers -> '${slot}' ->> 'provider', providers -> '${slot}' ->> 'model')`,
  )
  return sql.raw(`case ${named.join(' ')} end as ${role}`)
}

async function selectTotals(
  database: QueryExecutorProvider,
  scope: Scope,
): Promise<Pick<LatencyFigures, 'total' | 'reported' | 'firstToken'>> {
  const { rows } = await sql<{
    readonly total: PercentileRow
    readonly token: PercentileRow
    readonly reported: number
  }>`
    with ${scoped(scope)}
    select json_build_object('rows', count(*), 'points', ${percentiles('r.ledger_total_ms')}) as total,
      json_build_object('rows', count(r.ledger_first_token_ms),
        'points', ${percentiles('r.ledger_first_token_ms')}) as token,
      (count(*) filter (where r.ledger ->> 'heardSource' = 'reported'))::integer as reported
    from s join parley.replies r on r.session_id = s.id
    where r.tenant = ${scope.tenant} and r.ledger_total_ms is not null`.execute(database)
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate gives one row')
  return { total: toPercentiles(row.total), reported: row.reported, firstToken: toPercentiles(row.token) }
}

type Decided = PercentileRow & { readonly by: string; readonly cause: string; readonly outcome: string }

async function selectDecisions(
  database: QueryExecutorProvider,
  scope: Scope,
): Promise<AnalyticsReport['decisions']> {
  const { rows } = await sql<Decided>`
    with ${scoped(scope)}
    select r.decision ->> 'by' as by, r.decision ->> 'cause' as cause, r.decision ->> 'outcome' as outcome,
      count(*)::integer as rows, ${percentiles(`(r.decision ->> 'tookMs')::float8`)} as points
    from s join parley.replies r on r.session_id = s.id
    where r.tenant = ${scope.tenant} and r.decision is not null
    group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit 100`.execute(database)
  return rows.map(withPercentiles)
}

/** Tools of the gateway stand with the reply that ran them, tools of the far end in the log, without how they ended. */
async function selectTools(database: QueryExecutorProvider, scope: Scope): Promise<AnalyticsReport['tools']> {
  const { rows } = await sql<AnalyticsReport['tools'][number]>`
    with ${scoped(scope)}
    select name, count(*)::integer as calls, case when count(failed) = 0 then null else (count(*) filter (where failed))::integer end as failed from (
      select acted ->> 'name' as name, coalesce(acted -> 'failed' = 'true', false) as failed
      from s join parley.replies r on r.session_id = s.id,
        jsonb_array_elements(case jsonb_typeof(r.state -> 'acted') when 'array' then r.state -> 'acted' else '[]' end)
          acted
      where r.tenant = ${scope.tenant} and r.state ? 'acted'
      union all
      select e.event -> 'call' ->> 'name', null
      from s join parley.session_events e on e.session_id = s.id
      where e.tenant = ${scope.tenant} and e.kind = 'tool-called'
    ) x where name is not null group by name order by 2 desc, 1 limit 100`.execute(database)
  return rows
}
