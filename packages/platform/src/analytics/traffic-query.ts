/** Conversations over time, by agent, edge and language, how they ended, and who spoke how much. */

import { type QueryExecutorProvider, sql } from 'kysely'
import {
  type AnalyticsQuery,
  type AnalyticsReport,
  type EndingFigures,
  heardClassesMs,
  lengthClassesSeconds,
  mostTurnClasses,
  silenceMs,
  slowAnswerMs,
  type TalkFigures,
} from './analytics.js'
import { type PercentileRow, toPercentiles } from './rows.js'
import { percentiles, scoped } from './scope.js'

interface Parts {
  readonly overTime: readonly Listed<AnalyticsReport['overTime'][number]>[]
  readonly groups: readonly Listed<AnalyticsReport['groups'][number]>[]
  readonly heard: AnalyticsReport['interruptions']['heard']
  readonly talk: Omit<TalkFigures, 'shares'>
  readonly shares: TalkFigures['shares']
  readonly reasons: EndingFigures['reasons']
  readonly byTurns: EndingFigures['byTurns']
  readonly bySeconds: EndingFigures['bySeconds']
}

type Listed<Figures> = Omit<Figures, 'latency'> & { readonly latency: PercentileRow }

export interface Traffic extends Pick<AnalyticsReport, 'overTime' | 'groups' | 'talk' | 'endings'> {
  readonly heard: AnalyticsReport['interruptions']['heard']
}

export async function selectTraffic(
  database: QueryExecutorProvider,
  query: AnalyticsQuery,
): Promise<Traffic> {
  const { rows } = await sql<Parts>`
    with ${scoped(query)}, ${perSession(query)}, ${endings}, ${buckets(query)},
    ${groupLatency(query)}
    select ${listOf(overTime(query))} as "overTime", ${listOf(groups)} as groups,
      ${listOf(heard(query))} as heard,
      (select row_to_json(x) from (${talk}) x) as talk, ${listOf(shares)} as shares, ${listOf(reasons)} as reasons,
      ${listOf(byTurns)} as "byTurns", ${listOf(bySeconds)} as "bySeconds"`.execute(database)
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate gives one row')
  const { talk: sums, shares: spread, reasons: why, byTurns: turns, bySeconds: seconds } = row
  return {
    overTime: row.overTime.map(withLatency),
    groups: row.groups.map(withLatency),
    heard: row.heard,
    talk: { ...sums, shares: spread },
    endings: { reasons: why, byTurns: turns, bySeconds: seconds },
  }
}

function withLatency<Row extends { readonly latency: PercentileRow }>(row: Row) {
  return { ...row, latency: toPercentiles(row.latency) }
}

/**
 * `p`: what each session had and what came last in it. Session by session, so that whatever the database believes of its
 * tables it never joins all turns with all replies. A caller's turn lasts from its first voiced sample to its last, with
 * its pauses; a reply is heard until it ended.
 */
function perSession({ tenant }: AnalyticsQuery) {
  const turns = sql`parley.turns t where t.tenant = ${tenant} and t.session_id = s.id and t.user_at_ms is not null`
  const replies = sql`parley.replies r where r.tenant = ${tenant} and r.session_id = s.id`
  return sql`p as materialized (
  select s.*, tt.turns, tt.caller_ms, rr.replies, rr.interrupted, rr.agent_ms, oo.overlap_count, oo.overlap_ms,
    lt.id as last_turn, lt.user_end_ms as last_voice_ms, lr.ended_at_ms as last_reply_ms,
    lr.interrupted as last_interrupted, lr.ledger_total_ms as last_latency_ms,
    exists (select 1 from ${replies} and r.turn_id = lt.id and r.heard_ms > 0) as answered
  from s
  cross join lateral (select count(*)::integer as turns,
      coalesce(sum(greatest(user_end_ms - user_start_ms, 0)) filter (where user_origin = 'speech'), 0) as caller_ms
    from ${turns}) tt
  cross join lateral (select count(ended_at_ms)::integer as replies,
      (count(*) filter (where r.interrupted))::integer as interrupted, coalesce(sum(heard_ms), 0) as agent_ms
    from ${replies}) rr
  cross join lateral (
    with sound as materialized (select r.ended_at_ms - r.heard_ms as from_ms, r.ended_at_ms as until_ms
      from ${replies} and r.heard_ms > 0)
    select count(*)::integer as overlap_count,
      coalesce(sum(least(t.user_end_ms, until_ms) - greatest(t.user_start_ms, from_ms)), 0) as overlap_ms
    from parley.turns t join sound on t.user_start_ms < until_ms and t.user_end_ms > from_ms
    where t.tenant = ${tenant} and t.session_id = s.id and t.user_origin = 'speech'
      and t.user_end_ms > t.user_start_ms) oo
  left join lateral (select t.id, t.user_end_ms from ${turns}
    order by t.user_at_ms desc, t.id desc limit 1) lt on true
  left join lateral (select r.interrupted, r.ledger_total_ms, r.ended_at_ms from ${replies} and r.ended_at_ms is not null
    order by r.ended_at_ms desc, r.id desc limit 1) lr on true
)`
}

/** `e`: ended sessions and what came last. The first that is true counts. */
const endings = sql`e as materialized (
  select end_reason as reason, turns, length_ms, case
    when last_turn is null then 'no-turn'
    when not answered then 'no-answer'
    when last_interrupted then 'interruption'
    when last_latency_ms > ${sql.lit(slowAnswerMs)} then 'slow-answer'
    when length_ms - greatest(last_reply_ms, last_voice_ms) > ${sql.lit(silenceMs)} then 'silence'
    else 'answer' end as after
  from p where length_ms is not null
)`

const latency = sql`json_build_object('rows', count(r.ledger_total_ms),
  'points', ${percentiles('r.ledger_total_ms')}) as latency`

/** `b`: beginnings of hours or days, as they are where the viewer is, with those in which nothing was. */
function buckets({ fromMs, untilMs, bucket, timeZone }: AnalyticsQuery) {
  const unit = sql.lit(bucket)
  const step = sql.lit(bucket === 'hour' ? '1 hour' : '1 day')
  const at = (ms: number) => sql`to_timestamp(${ms}::float8 / 1000)`
  const floor = sql`date_trunc(${unit}, ${at(fromMs)}, ${timeZone})`
  // Days are counted on the calendar: across a change of clocks one has 23 or 25 hours.
  const series =
    bucket === 'hour'
      ? sql`select x as at from generate_series(${floor}, ${at(untilMs - 1)}, ${step}::interval) x`
      : sql`select x at time zone ${timeZone} as at from generate_series(${floor} at time zone ${timeZone},
          ${at(untilMs - 1)} at time zone ${timeZone}, ${step}::interval) x`
  return sql`pb as materialized (
    select p.*, date_trunc(${unit}, p.started_at, ${timeZone}) as at from p
  ), b as materialized (${series} union select at from pb)`
}

const overTime = ({ tenant }: AnalyticsQuery) => sql`
  select extract(epoch from b.at)::float8 * 1000 as "atMs", coalesce(c.sessions, 0) as sessions,
    coalesce(c.minutes, 0) as minutes, coalesce(c.turns, 0) as turns, coalesce(c.replies, 0) as replies,
    coalesce(c.interrupted, 0) as interrupted, coalesce(l.latency, '{"rows":0,"points":null}') as latency
  from b
  left join (select at, count(*) as sessions, coalesce(sum(greatest(length_ms, 0)), 0) / 60000 as minutes,
      sum(turns) as turns, sum(replies) as replies, sum(interrupted) as interrupted
    from pb group by at) c on c.at = b.at
  left join (select pb.at, ${latency}
    from pb join parley.replies r on r.session_id = pb.id where r.tenant = ${tenant} group by pb.at) l on l.at = b.at
  order by b.at`

/** Names are as many as callers can make up; the largest are told. */
const groups = sql`
  select g.by, g.name, g.sessions, g.minutes, g.turns, g.replies, g.interrupted, g.failed,
    coalesce(l.latency, '{"rows":0,"points":null}') as latency
  from (
    select ${groupName('p')}, count(*) as sessions, coalesce(sum(greatest(length_ms, 0)), 0) / 60000 as minutes,
      sum(turns) as turns, sum(replies) as replies, sum(interrupted) as interrupted,
      count(*) filter (where end_reason in ('lost', 'protocol', 'error')) as failed,
      row_number() over (partition by grouping(agent, edge, language) order by count(*) desc,
        coalesce(agent, edge, language)) as rank
    from p group by grouping sets ((agent), (edge), (language))
  ) g left join gl l on l.by = g.by and l.name = g.name
  where g.rank <= 50 order by g.by, g.rank`

/** Once, whatever the plan of the join with it. */
const groupLatency = ({ tenant }: AnalyticsQuery) => sql`gl as materialized (
  select ${groupName('s')}, ${latency}
  from s join parley.replies r on r.session_id = s.id where r.tenant = ${tenant}
  group by grouping sets ((agent), (edge), (language))
)`

function groupName(table: 'p' | 's') {
  const [agent, edge, language] = ['agent', 'edge', 'language'].map(column => sql.ref(`${table}.${column}`))
  return sql`case grouping(${agent}, ${edge}, ${language}) when 3 then 'agent' when 5 then 'edge' else 'language' end
    as by, coalesce(${agent}, ${edge}, ${language}) as name`
}

const heard = ({ tenant }: AnalyticsQuery) => sql`
  select (${array(heardClassesMs)})[class] as "fromMs", coalesce(h.replies, 0) as replies
  from generate_series(1, ${sql.lit(heardClassesMs.length)}) class
  left join (select width_bucket(r.heard_ms, ${array(heardClassesMs)}) as class, count(*) as replies
    from s join parley.replies r on r.session_id = s.id where r.tenant = ${tenant} and r.interrupted
    group by 1) h using (class)
  order by class`

const talk = sql`
  select (count(*) filter (where caller_ms + agent_ms > 0)) as sessions, coalesce(sum(caller_ms), 0) as "callerMs",
    coalesce(sum(agent_ms), 0) as "agentMs", coalesce(sum(overlap_ms), 0) as "overlapMs",
    coalesce(sum(overlap_count), 0) as "overlaps"
  from p`

const shares = sql`
  select (class / 10.0)::float8 as "fromShare", count(p.id) as sessions
  from generate_series(0, 9) class
  left join p on p.caller_ms + p.agent_ms > 0
    and least(floor(10 * p.caller_ms / (p.caller_ms + p.agent_ms)), 9) = class
  group by class order by class`

const reasons = sql`
  select reason, after, count(*) as sessions from e group by reason, after
  order by count(*) desc, reason, after`

const byTurns = sql`
  select class as turns, count(e.reason) as sessions
  from generate_series(0, ${sql.lit(mostTurnClasses)}) class
  left join e on least(e.turns, ${sql.lit(mostTurnClasses)}) = class group by class order by class`

const bySeconds = sql`
  select (${array(lengthClassesSeconds)})[class] as "fromSeconds", count(e.reason) as sessions
  from generate_series(1, ${sql.lit(lengthClassesSeconds.length)}) class
  left join e on width_bucket(greatest(e.length_ms, 0) / 1000, ${array(lengthClassesSeconds)}) = class
  group by class order by class`

function array(classes: readonly number[]) {
  return sql.raw(`array[${classes.join(', ')}]::float8[]`)
}

function listOf(rows: ReturnType<typeof sql>) {
  return sql`coalesce((select json_agg(x) from (${rows}) x), '[]')`
}
