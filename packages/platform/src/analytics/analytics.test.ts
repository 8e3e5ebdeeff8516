import { type SessionEvent, systemClock } from '@parley/core'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrations } from '../store/migrations/migrations.js'
import { type OpenStore, openStore } from '../store/open-store.js'
import {
  ledgerOf,
  newSession,
  rememberingLog,
  replyEnded,
  sessionId,
  transcript,
  usageLines,
} from '../store/store-fixtures.test.helper.js'
import { readyDataDir, useTemporaryFolders } from '../store/temporary-folder.test.helper.js'
import { startTestPostgres, type TestPostgres } from '../store/test-postgres.js'
import type { Analytics, AnalyticsQuery } from './analytics.js'
import { createAnalytics } from './create-analytics.js'
import {
  endingsOf,
  groupsOf,
  headlineOf,
  heardOf,
  loggedOf,
  makersOf,
  type PlainSession,
  percentilesOf,
  stagesOf,
  talkOf,
  tokensOf,
} from './plain-report.test-kit.js'
import { randomSessions, tell } from './random-sessions.test-kit.js'

const dayMs = 86_400_000
/** A day on which clocks in Madrid go forward is the second of these. */
const fromMs = Date.parse('2026-03-27T23:00:00Z')
const query: AnalyticsQuery = {
  tenant: 'acme',
  fromMs,
  untilMs: fromMs + 3 * dayMs - 3_600_000,
  bucket: 'day',
  timeZone: 'Europe/Madrid',
}

useTemporaryFolders()

describe.each(['pglite', 'postgres'] as const)('figures of conversations on %s', kind => {
  let store: OpenStore
  let analytics: Analytics
  let server: TestPostgres | undefined

  beforeAll(async () => {
    server = kind === 'postgres' ? await startTestPostgres() : undefined
    const where = server === undefined ? {} : { databaseUrl: await server.freshDatabase() }
    const options = {
      dataDir: server === undefined ? readyDataDir() : 'memory://',
      clock: systemClock,
      log: rememberingLog(),
      migrate: true,
    }
    store = await openStore({ ...where, ...options })
    analytics = createAnalytics(store.database, systemClock)
  })
  afterAll(async () => {
    await store.close()
    await server?.remove()
  })

  it('are nothing and not zero milliseconds where there are no rows', async () => {
    const report = await analytics.report({ ...query, tenant: 'nobody' })
    const nothing = { rows: 0, p50: null, p90: null, p95: null, p99: null }
    expect(report.headline).toMatchObject({ sessions: 0, minutes: 0, turns: 0, latency: nothing })
    expect(report.latency).toMatchObject({ total: nothing, stages: [], providers: [], bargeIn: nothing })
    expect(report.overTime.map(({ sessions }) => sessions)).toEqual([0, 0, 0])
    expect([report.tokens, report.spend, report.groups, report.tools]).toEqual([[], [], [], []])
    expect(report.usage).toEqual({ sessions: 0, lines: [], truncated: false })
  })

  it('come out as counted by hand', async () => {
    await tell(store, handMade)
    const report = await analytics.report(query)
    expect(report.headline).toEqual({
      sessions: 2,
      ended: 2,
      minutes: 1.5,
      turns: 2,
      replies: 2,
      interrupted: 2,
      latency: { rows: 2, p50: 420, p90: 420, p95: 420, p99: 420 },
    })
    expect(report.previous).toMatchObject({ sessions: 1, turns: 0 })
    // The second day has 23 hours.
    expect(report.overTime.map(({ atMs, sessions }) => [new Date(atMs).toISOString(), sessions])).toEqual([
      ['2026-03-27T23:00:00.000Z', 1],
      ['2026-03-28T23:00:00.000Z', 0],
      ['2026-03-29T22:00:00.000Z', 1],
    ])
    expect(report.latency.stages.map(({ stage, p50, rows }) => [stage, p50, rows])).toEqual([
      ['endpoint', 200, 2],
      ['first-heard', 220, 2],
    ])
    expect(report.latency.reported).toBe(2)
    // Both callers spoke for 700 ms and heard 900.5 ms; the first from 4,000 to 4,700 ms and from 4,099.5 to 5,000 ms.
    expect(report.talk).toMatchObject({
      sessions: 2,
      callerMs: 1_400,
      agentMs: 1_801,
      overlapMs: 600.5,
      overlaps: 1,
    })
    expect(report.talk.shares[4]).toEqual({ fromShare: 0.4, sessions: 2 })
    expect(report.endings.reasons).toEqual([{ reason: 'hang-up', after: 'interruption', sessions: 2 }])
    expect(report.decisions).toEqual([])
    expect(report.tools).toEqual([
      { name: 'book', calls: 2, failed: 1 },
      { name: 'open-door', calls: 1, failed: null },
    ])
    expect(
      report.groups.filter(({ by }) => by === 'edge').map(({ name, sessions }) => [name, sessions]),
    ).toEqual([
      ['phone', 1],
      ['voice-ws', 1],
    ])
  })

  it('are those of the agent, edge and language that are asked for', async () => {
    const sessionsOf = async (over: Partial<AnalyticsQuery>) =>
      (await analytics.report({ ...query, ...over })).headline.sessions
    expect(await sessionsOf({ edge: 'phone' })).toBe(1)
    expect(await sessionsOf({ agent: 'clinic', language: 'en' })).toBe(2)
    expect(await sessionsOf({ language: 'e' })).toBe(0)
    expect(await sessionsOf({ agent: `clinic'; drop table parley.turns; --` })).toBe(0)
    expect(await sessionsOf({ untilMs: fromMs + 1 })).toBe(1)
    expect(await sessionsOf({ fromMs: fromMs + 1 })).toBe(1)
  })

  it('tell the money of the tenant’s own calls alone', async () => {
    await store.database.sql.transaction().execute(async work => {
      await sql`select set_config('parley.every_tenant', 'on', true)`.execute(work)
      for (const [id, tenant, micros] of [
        ['a', 'acme', 5],
        ['b', 'acme', 6],
        ['c', 'rival', 100],
      ] as const)
        await sql`insert into parley.spend (id, tenant, what, micros, settled, at_ms)
          values (${id}, ${tenant}, 'carrier', ${micros}, ${id !== 'b'}, ${fromMs + 1})`.execute(work)
    })
    const { spend } = await analytics.report(query)
    expect(spend).toEqual([{ what: 'carrier', rows: 2, micros: 11, unsettled: 1 }])
    expect((await analytics.report({ ...query, edge: 'voice-ws' })).spend).toEqual([])
  })

  it('sum what each provider was used, and leave those conversations to it whose use was kept', async () => {
    const used = { tenant: 'counting', startedAtMs: fromMs, keepsUsage: true } as const
    const sessions = ['kept_1', 'kept_2'].map(id => ({ session: newSession(id, used), events: tokensMade }))
    await tell(store, [
      ...sessions,
      { session: newSession('unkept', { tenant: 'counting', startedAtMs: fromMs }), events: tokensMade },
    ])
    for (const { session } of sessions) await store.writeUsage(session.id, { run: 'a', lines: usageLines(1) })
    await store.writeUsage(sessionId('kept_1'), { run: 'b', lines: usageLines(2) })
    const { usage, tokens } = await analytics.report({ ...query, tenant: 'counting' })
    const [llm, tts] = usageLines(4)
    expect(usage).toEqual({
      sessions: 2,
      truncated: false,
      lines: [
        { ...llm, agent: 'clinic', sessions: 2 },
        { ...tts, agent: 'clinic', sessions: 2, model: null },
      ],
    })
    expect(tokens).toMatchObject([{ replies: 1, inputTokens: 7 }])
  })

  it('know the stages of ledgers that were stored before stages had a column', async () => {
    const backfill = migrations
      .flatMap(({ statements }) => statements)
      .find(statement => statement.startsWith('update parley.replies set'))
    const { latency } = await analytics.report(query)
    const forget = sql`update parley.replies set ledger_stages_ms = null, ledger_first_token_ms = null`
    await forget.execute(store.database.sql)
    expect((await analytics.report(query)).latency.stages).toEqual([])
    await sql.raw(backfill ?? '').execute(store.database.sql)
    expect((await analytics.report(query)).latency).toEqual(latency)
    expect(latency.stages).toHaveLength(2)
  })

  it('agree with a plain count of random conversations', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(randomSessions(fromMs, 3 * dayMs), async make => {
        run += 1
        const tenant = `${kind}_${run}`
        const sessions = make(tenant)
        await tell(store, sessions)
        const untilMs = fromMs + 2 * dayMs
        const all = sessions.filter(({ session }) => session.startedAtMs < untilMs)
        const report = await analytics.report({ ...query, tenant, untilMs, bucket: 'hour', timeZone: 'UTC' })
        expect(close(report.headline)).toEqual(close(headlineOf(all)))
        expect(close(report.latency.stages)).toEqual(close(stagesOf(all)))
        const makers = report.latency.providers.map(({ stage, slot, provider, model, ...points }) => [
          `${stage} ${slot} ${provider} ${model}`,
          points,
        ])
        expect(close(Object.fromEntries(makers))).toEqual(close(makersOf(all)))
        expect(close(report.groups)).toEqual(
          close((['agent', 'edge', 'language'] as const).flatMap(by => groupsOf(all, by))),
        )
        expect(close(report.talk)).toEqual(close(talkOf(all)))
        expect(report.endings).toEqual(endingsOf(all))
        expect(report.interruptions.heard).toEqual(heardOf(all))
        const { bargeIn, rulings, ...logged } = loggedOf(all)
        expect(close(report.latency.bargeIn)).toEqual(close(bargeIn))
        expect(close(report.interruptions.rulings)).toEqual(close(rulings))
        expect(close({ endpointing: report.endpointing, speculation: report.speculation })).toEqual(
          close(logged),
        )
        expect(tokensByAgent(report.tokens)).toEqual(tokensOf(all))
        const hours = report.overTime.filter(({ sessions: count }) => count > 0)
        expect(close(hours)).toEqual(close(byHour(all)))
        expect(report.overTime).toHaveLength(48)
      }),
      { numRuns: 12 },
    )
  })

  it.each([
    ['a time that ends before it begins', { untilMs: fromMs - 1 }, 'bad_message'],
    ['more hours than a month has', { bucket: 'hour', untilMs: fromMs + 40 * dayMs }, 'bad_message'],
    ['no time zone', { timeZone: 'Mars/Base' }, 'bad_message'],
    ['an offset', { timeZone: '+02:00' }, 'bad_message'],
    ['a name that cannot be stored', { agent: 'a\u0000' }, 'bad_message'],
  ] as const)('are refused for %s', async (_, over, code) => {
    await expect(analytics.report({ ...query, ...over })).rejects.toMatchObject({ code })
  })

  it.runIf(kind === 'pglite')(
    'are not counted on where the first statement took long: it cannot be given up',
    async () => {
      let nowMs = 0
      const slow = { now: () => (nowMs += 4_000), after: systemClock.after }
      const asked = createAnalytics(store.database, slow).report(query)
      await expect(asked).rejects.toMatchObject({ code: 'too_large', retryable: true })
    },
  )

  it('are told to as many as can wait, and refused to more', async () => {
    const asked = Array.from({ length: 14 }, () =>
      analytics.report(query).then(
        () => 'told',
        each => each.code,
      ),
    )
    const answers = await Promise.all(asked)
    expect(answers.filter(each => each === 'overloaded')).toHaveLength(kind === 'pglite' ? 5 : 4)
    expect(await analytics.report(query)).toMatchObject({ headline: { sessions: 2 } })
  })
})

const tokensMade = [
  { kind: 'reply-made', turn: 't1', reply: 'r1', inputTokens: 7, outputTokens: 1, atMs: 1 },
] as unknown as readonly SessionEvent[]

/** Two conversations of `acme`, one before them, and one of somebody else. */
const handMade: readonly PlainSession[] = [
  {
    session: newSession('one', { startedAtMs: fromMs }),
    end: { atMs: fromMs + 60_000, reason: 'hang-up' },
    events: [
      transcript('t1', 'hello', 4_800),
      replyEnded('t1', 'r1', 5_000),
      ledgerOf('t1', 'r1', 5_000),
      {
        kind: 'tool-called',
        turn: 't1',
        reply: 'r1',
        call: { id: 'c', name: 'open-door', arguments: {} },
        atMs: 1,
      },
    ] as SessionEvent[],
  },
  {
    session: newSession('two', { startedAtMs: fromMs + 2 * dayMs, edge: 'phone' }),
    end: { atMs: fromMs + 2 * dayMs + 30_000, reason: 'hang-up' },
    events: [
      transcript('t1', 'hello', 1_000),
      {
        ...replyEnded('t1', 'r1', 9_000),
        state: {
          acted: [
            { id: 'a', name: 'book', text: 'done' },
            { id: 'b', name: 'book', text: 'no', failed: true },
          ],
        },
      },
      ledgerOf('t1', 'r1', 9_000),
    ] as SessionEvent[],
  },
  { session: newSession('before', { startedAtMs: fromMs - 1 }), events: [] },
  { session: newSession('far', { startedAtMs: fromMs, tenant: 'rival' }), events: [] },
].map(one => ({ ...one, session: { ...one.session, id: sessionId(one.session.id) } }))

/** Sums of floats differ by their order. */
function close(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toFixed(6))
  if (Array.isArray(value)) return value.map(close)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, close(part)]))
}

function byHour(sessions: readonly PlainSession[]) {
  const hourOf = ({ session }: PlainSession) => session.startedAtMs - (session.startedAtMs % 3_600_000)
  return [...new Set(sessions.map(hourOf))]
    .sort((a, b) => a - b)
    .map(atMs => {
      const { ended: _, ...figures } = headlineOf(sessions.filter(each => hourOf(each) === atMs))
      return { atMs, ...figures }
    })
}

function tokensByAgent(rows: Awaited<ReturnType<Analytics['report']>>['tokens']) {
  const sums: Record<string, number[]> = {}
  for (const { agent, replies, counted, inputTokens, outputTokens } of rows) {
    const had = sums[agent] ?? [0, 0, 0, 0]
    sums[agent] = [replies, counted, inputTokens, outputTokens].map((each, i) => each + (had[i] ?? 0))
  }
  return sums
}

describe('percentiles', () => {
  it('lie between neighbours', () => {
    expect(percentilesOf([10, 20])).toEqual({ rows: 2, p50: 15, p90: 19, p95: 19.5, p99: 19.9 })
  })
})
