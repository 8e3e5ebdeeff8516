import { systemClock } from '@parley/core'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { clusterFolder } from './data-folder.js'
import type { Database } from './database.js'
import { migrate } from './migrator.js'
import { openPglite } from './pglite-database.js'
import { startPgliteEngine } from './pglite-engine.js'
import { createSqlStore } from './sql-store.js'
import { handClock, newSession, rememberingLog, settled } from './store-fixtures.test.helper.js'
import { readyDataDir, temporaryFolder, useTemporaryFolders } from './temporary-folder.test.helper.js'

useTemporaryFolders()

/** Of all that leave nothing behind: making one costs seconds. */
let database: Database
beforeAll(async () => {
  database = await openPglite({ dataDir: readyDataDir(), clock: systemClock, log: rememberingLog() })
})
afterEach(() => sql`drop table if exists t`.execute(database.sql))
afterAll(() => database.close())

it('reads int8 as a number where that is exact, else as digits', async () => {
  const { rows } = await sql`select 9007199254740991::int8 as exact, 9007199254740993::int8 as large`.execute(
    database.sql,
  )
  expect(rows).toEqual([{ exact: Number.MAX_SAFE_INTEGER, large: '9007199254740993' }])
})

it('lets nobody in between BEGIN and COMMIT', async () => {
  await sql`create table t (n integer)`.execute(database.sql)
  let counted: Promise<unknown> = Promise.resolve()
  await database.sql.transaction().execute(async transaction => {
    await sql`insert into t values (1)`.execute(transaction)
    counted = sql`select count(*)::integer as n from t`.execute(database.sql)
    await settled()
    await sql`insert into t values (2)`.execute(transaction)
  })
  expect(await counted).toMatchObject({ rows: [{ n: 2 }] })
})

it('rolls back a transaction that fails and goes on', async () => {
  await sql`create table t (n integer)`.execute(database.sql)
  const failing = database.sql.transaction().execute(async transaction => {
    await sql`insert into t values (1)`.execute(transaction)
    await sql`select nonsense`.execute(transaction)
  })
  await expect(failing).rejects.toMatchObject({ code: 'store_failed' })
  expect(await sql`select count(*)::integer as n from t`.execute(database.sql)).toMatchObject({
    rows: [{ n: 0 }],
  })
})

it('keeps what people said out of its errors', async () => {
  await sql`create table t (n integer check (n > 0), words text)`.execute(database.sql)
  const refusal = await sql`insert into t values (0, ${'my secret'})`
    .execute(database.sql)
    .catch(error => error)
  expect(refusal).toMatchObject({ details: { reason: '23514' } })
  const told = JSON.stringify(refusal, Object.getOwnPropertyNames(refusal))
  expect(told + JSON.stringify(refusal.cause)).not.toContain('my secret')
})

it('ends the life of a worker that does not answer, and rejects what waited on it', async () => {
  const clock = handClock()
  const dataDir = readyDataDir()
  const folder = dataDir === 'memory://' ? dataDir : clusterFolder(dataDir)
  const engine = await startPgliteEngine({ folder, clock, statementLimitMs: 30_000 })
  const endless = engine.query('select count(*) from generate_series(1, 1e12::int8)', [])
  const behind = engine.query('select 1', [])
  const outcomes = Promise.allSettled([endless, behind])
  await clock.advance(30_000)
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ reason: { code: 'store_unavailable', retryable: true } })
  }
  expect(engine.alive()).toBe(false)
  await expect(engine.query('select 1', [])).rejects.toMatchObject({ code: 'store_unavailable' })
  await engine.close()
})

it('keeps a table small that is written over and over, and not logged', async () => {
  const log = rememberingLog()
  await migrate(database.sql, log)
  const size = async () => {
    const { rows } = await sql<{ readonly mb: number }>`
      select (pg_total_relation_size('parley.snapshots') / 1048576)::float8 as mb`.execute(database.sql)
    return rows[0]?.mb ?? Number.NaN
  }
  const put = sql`insert into parley.snapshots as old (session_id, tenant, owner, body, expires_at)
    select 's' || n.n, 't', 'n', repeat('x', 12800), now()
    from generate_series(1, 100) n (n) on conflict (session_id) do update set body = excluded.body`
  // As speech does, it does not become smaller.
  await sql`alter table parley.snapshots alter column body set storage external`.execute(database.sql)
  for (let round = 0; round < 20; round++) await put.execute(database.sql)
  expect(await size()).toBeGreaterThan(16)
  for (let client = 0; client < 256; client++) await sql`select 1`.execute(database.sql)
  const kept = await size()
  for (let round = 0; round < 5; round++) await put.execute(database.sql)
  expect(await size()).toBeLessThanOrEqual(kept + 1)
}, 60_000)

it('checkpoints by itself, so that the WAL does not grow for ever', async () => {
  const log = rememberingLog()
  const database = await openPglite({ dataDir: temporaryFolder(), clock: systemClock, log })
  await migrate(database.sql, log)
  const store = createSqlStore({ database, clock: systemClock, log })
  const session = newSession('ses_1')
  await store.beginSession(session)
  const wal = async () => {
    const { rows } = await sql<{ readonly mb: number }>`
      select (pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) / 1048576)::float8 as mb
      from pg_control_checkpoint()`.execute(database.sql)
    return rows[0]?.mb ?? Number.NaN
  }
  await sql`create table filler as select 1 as n from generate_series(1, 1500000)`.execute(database.sql)
  expect(await wal()).toBeGreaterThan(64)
  for (let client = 0; client < 256; client++) await sql`select 1`.execute(database.sql)
  expect(await wal()).toBeLessThan(16)
  expect(log.lines.filter(line => line.level !== 'info')).toEqual([])
  await store.close()
}, 60_000)
