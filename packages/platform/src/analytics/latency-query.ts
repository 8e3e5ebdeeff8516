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

interface AnswersRow {
  readonly total: PercentileRow
  readonly token: PercentileRow
  readonly reported: number
  /** Of each mark, in their order; no rows for one that no turn had. */
  readonly stages: readonly PercentileRow[]
  readonly makers: readonly MakerRow[]
}

interface MakerRow {
  /** Slot, provider and model. */
  readonly who: readonly [slot: string, provider: string, model: string | null]
  /** Of each mark that is the role's, in their order. */
  readonly stages: readonly (PercentileRow & { readonly stage: LedgerMark })[]
}

export async function selectAnswers(database: QueryExecutorProvider, scope: Scope): Promise<Answers> {
  const latency = await selectLatency(database, scope)
  const decisions = await selectDecisions(database, scope)
  const tools = await selectTools(database, scope)
  return { latency, decisions, tools }
}

/**
 * One pass over the answers. Each percentile sorts numbers alone: a row for each stage, or answers sorted by the JSON of
 * their makers, are many times as much to sort. So makers have small numbers (`d`), found once for each set of providers.
 * A model that does all of a conversation stands under its own slot.
 */
async function selectLatency(
  database: QueryExecutorProvider,
  scope: Scope,
): Promise<Omit<LatencyFigures, 'bargeIn'>> {
  const { rows } = await sql<AnswersRow>`
    with ${scoped(scope)},
    d as materialized (
      select *, ${sql.join(roles.map(keyOf))}
      from (select providers, ${makerOf('ears')}, ${makerOf('mind')}, ${makerOf('voice')}
        from (select distinct coalesce(providers, '{}') as providers from s) y) z
    ),
    w as materialized (
      select s.id, ears_key, mind_key, voice_key from s join d on d.providers = coalesce(s.providers, '{}')
    ),
    x as materialized (
      select r.ledger_total_ms as total, r.ledger_first_token_ms as token, r.ledger_stages_ms as ms,
        ears_key, mind_key, voice_key,
        r.ledger ->> 'heardSource' = 'reported' as reported
      from w join parley.replies r on r.session_id = w.id
      where r.tenant = ${scope.tenant} and r.ledger_total_ms is not null
    )
    select ${pointsOf('total')} as total, ${pointsOf('token')} as token,
      (count(*) filter (where reported))::integer as reported,
      json_build_array(${sql.join(ledgerMarks.map((_, place) => pointsOf(`ms[${place + 1}]`)))}) as stages,
      (select coalesce(json_agg(y), '[]') from (
        ${sql.join(roles.map(stagesByMaker), sql` union all `)}) y) as makers
    from x`.execute(database)
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate gives one row')
  return {
    total: toPercentiles(row.total),
    reported: row.reported,
    firstToken: toPercentiles(row.token),
    stages: row.stages.flatMap((points, place) => {
      const stage = ledgerMarks[place]
      return stage === undefined || points.rows === 0 ? [] : [{ stage, ...toPercentiles(points) }]
    }),
    providers: row.makers.flatMap(providersOf).sort(asTurnsGo),
  }
}

type ProviderLatency = LatencyFigures['providers'][number]

function providersOf({ who: [slot, provider, model], stages }: MakerRow): readonly ProviderLatency[] {
  return stages.flatMap(({ stage, ...points }) =>
    points.rows === 0 ? [] : [{ stage, slot, provider, model, ...toPercentiles(points) }],
  )
}

/** By the stages of a turn, those with most rows first. */
function asTurnsGo(one: ProviderLatency, other: ProviderLatency): number {
  const place = ({ stage }: ProviderLatency) => ledgerMarks.indexOf(stage as LedgerMark)
  const name = ({ slot, provider, model }: ProviderLatency) => `${slot} ${provider} ${model}`
  return place(one) - place(other) || other.rows - one.rows || (name(one) < name(other) ? -1 : 1)
}

const roles = ['ears', 'mind', 'voice'] as const

/** The stages that a role makes, by who had it. */
function stagesByMaker(role: (typeof roles)[number]): RawBuilder<unknown> {
  const own = ledgerMarks.flatMap((mark, place) => (roleOfStage[mark] === role ? [{ mark, place }] : []))
  const columns = own.map(({ place }) => sql.raw(`ms[${place + 1}] as ms_${place}`))
  const stages = own.map(
    ({ mark, place }) => sql`json_build_object('stage', ${sql.lit(mark)}, ${countedPoints(`ms_${place}`)})`,
  )
  const key = sql.ref(`${role}_key`)
  return sql`select (select ${sql.ref(role)} from d where d.${key} = m.key limit 1) as who, m.stages
    from (select ${key} as key, json_build_array(${sql.join(stages)}) as stages
      from (select ${key}, ${sql.join(columns)} from x where ${key} is not null) y group by 1) m`
}

function keyOf(role: (typeof roles)[number]): RawBuilder<unknown> {
  const who = sql.ref(role)
  return sql`case when ${who} is not null then dense_rank() over (order by ${who})::integer end
    as ${sql.ref(`${role}_key`)}`
}

function pointsOf(expression: string): RawBuilder<unknown> {
  return sql`json_build_object(${countedPoints(expression)})`
}

function countedPoints(expression: string): RawBuilder<unknown> {
  return sql`'rows', count(${sql.raw(expression)}), 'points', ${percentiles(expression)}`
}

function makerOf(role: keyof typeof slotOfRole): RawBuilder<unknown> {
  const named = ['realtime', 'live', slotOfRole[role]].map(
    slot => `when providers -> '${slot}' ->> 'provider' is not null then jsonb_build_array('${slot}',
      providers -> '${slot}' ->> 'provider', providers -> '${slot}' ->> 'model')`,
  )
  return sql.raw(`case ${named.join(' ')} end as ${role}`)
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
