import { type Clock, ParleyError } from '@parley/core'
import { type QueryExecutorProvider, sql } from 'kysely'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'
import type { Analytics, AnalyticsQuery, AnalyticsReport } from './analytics.js'
import { checkQuery } from './check-query.js'
import { selectLogged } from './event-query.js'
import { selectHeadline } from './headline-query.js'
import { selectAnswers } from './latency-query.js'
import { isInScope, type Scope } from './scope.js'
import { selectSpend } from './spend-query.js'
import { selectTraffic } from './traffic-query.js'
import { createTurns } from './turns.js'
import { selectUsageFigures } from './usage-query.js'

/**
 * Figures over a database of either kind. PostgreSQL answers all statements of a report from one snapshot, each within a
 * limit of time. The embedded database has one connection, which conversations write through: there each statement takes
 * its own turn, so that what is written in between may be in the later ones, and fewer conversations are counted at once.
 */

/** Below that of the pool, so that the database itself gives up. */
const statementLimitMs = 12_000
const mostSessions = { pglite: 10_000, postgres: 200_000 } as const
/**
 * The embedded database cannot give a statement up: after 30 s it is begun anew, under all conversations. The longest takes
 * some five times the first, so that the rest is not asked where that took as long as this.
 */
const longestFirstMs = 4_000
/** For each sort of a report, of which some run at once; with PostgreSQL's usual 4 MB those of a month go over the disk. */
const sortMemory = '16MB'
/** Who asks beyond that is refused; one works at a time on the embedded database, two on a server. */
const mostWaiting = 8
const atOnce = { pglite: 1, postgres: 2 } as const

export function createAnalytics(database: Database, clock: Clock): Analytics {
  const turns = createTurns(atOnce[database.kind], mostWaiting)
  const run = (query: AnalyticsQuery) =>
    database.kind === 'postgres' ? inOneSnapshot(database, query) : oneByOne(database, query, clock)
  return {
    async report(query) {
      checkQuery(query)
      const release = await turns.take()
      try {
        return await run(query)
      } catch (thrown) {
        const fault = asStoreError(thrown)
        throw fault.details.reason === queryCancelled ? tooSlow(fault) : fault
      } finally {
        release()
      }
    },
  }
}

interface Asking {
  readonly work: QueryExecutorProvider
  /** Statements of one transaction. */
  together<Result>(run: (work: QueryExecutorProvider) => Promise<Result>): Promise<Result>
  /** After the first statements: whether the database is quick enough for the others. */
  mayGoOn?(): boolean
}

function inOneSnapshot(database: Database, query: AnalyticsQuery): Promise<AnalyticsReport> {
  return database.sql
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async work => {
      // To compile such statements takes longer than to run them.
      await sql`select set_config('statement_timeout', ${String(statementLimitMs)}, true),
        set_config('jit', 'off', true), set_config('work_mem', ${sortMemory}, true)`.execute(work)
      return reportOf(query, mostSessions.postgres, { work, together: run => run(work) })
    })
}

function oneByOne({ sql: work }: Database, query: AnalyticsQuery, clock: Clock): Promise<AnalyticsReport> {
  const beganMs = clock.now()
  const mayGoOn = () => clock.now() - beganMs < longestFirstMs
  const together: Asking['together'] = run => work.transaction().execute(run)
  return reportOf(query, mostSessions.pglite, { work, together, mayGoOn })
}

async function reportOf(
  query: AnalyticsQuery,
  most: number,
  { work, together, mayGoOn }: Asking,
): Promise<AnalyticsReport> {
  const before = { ...query, fromMs: 2 * query.fromMs - query.untilMs, untilMs: query.fromMs }
  await checkSize(work, { ...query, fromMs: before.fromMs }, most)
  const headline = await selectHeadline(work, query)
  if (mayGoOn?.() === false) throw tooSlow()
  const previous = await selectHeadline(work, before)
  const { heard, ...traffic } = await selectTraffic(work, query)
  const { latency, ...answers } = await selectAnswers(work, query)
  const { bargeIn, rulings, ...logged } = await selectLogged(work, query)
  const usage = await selectUsageFigures(work, query)
  const spend = await together(transaction => selectSpend(transaction, query))
  return {
    headline,
    previous,
    ...traffic,
    ...answers,
    ...logged,
    latency: { ...latency, bargeIn },
    interruptions: { rulings, heard },
    usage,
    spend,
  }
}

async function checkSize(work: QueryExecutorProvider, scope: Scope, most: number): Promise<void> {
  const { rows } = await sql<{ readonly sessions: number }>`
    select count(*)::integer as sessions from (
      select 1 from parley.sessions where ${isInScope(scope)} limit ${most + 1}) x`.execute(work)
  if ((rows[0]?.sessions ?? 0) <= most) return
  const message = `These are more than ${most} conversations, with the time before; ask for a shorter time, or for one agent.`
  throw new ParleyError('too_large', message, { details: { limit: most } })
}

/** PostgreSQL's own code for a statement that was given up. */
const queryCancelled = '57014'

function tooSlow(cause?: ParleyError): ParleyError {
  const message =
    'It takes the database too long to count so much now; ask for a shorter time, or for one agent.'
  return new ParleyError('too_large', message, { cause, retryable: true })
}
