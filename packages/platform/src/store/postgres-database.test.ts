import { spawnSync } from 'node:child_process'
import { ParleyError, systemClock } from '@parley/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore } from './open-store.js'
import { openPostgres } from './postgres-database.js'
import { asStoreError } from './store-errors.js'
import { newSession, rememberingLog, transcript } from './store-fixtures.test.helper.js'
import { startTestPostgres, type TestPostgres } from './test-postgres.js'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres.remove())

function open(databaseUrl: string, migrate = true) {
  return openStore({ databaseUrl, dataDir: 'unused', clock: systemClock, log: rememberingLog(), migrate })
}

it('goes on after the server crashed and came back, with every acknowledged row', async () => {
  const store = await open(await postgres.freshDatabase())
  const session = newSession('ses_1')
  await store.beginSession(session)
  await store.write(session.id, transcript('t1', 'before', 1))
  await postgres.crash()
  const waiting = store.write(session.id, transcript('t2', 'meanwhile', 2))
  expect(await store.health()).toMatchObject({ ok: false })
  await postgres.start()
  await waiting
  await store.write(session.id, transcript('t3', 'after', 3))
  expect((await store.readSession(session))?.turns.map(turn => turn.id)).toEqual(['t1', 't2', 't3'])
  expect((await store.health()).ok).toBe(true)
  await store.close()
})

it('survives a server that crashes while it answers', async () => {
  const databaseUrl = await postgres.freshDatabase()
  const database = openPostgres({ databaseUrl, clock: systemClock, log: rememberingLog() })
  const slow = sql`select pg_sleep(10)`.execute(database.sql).catch((error: unknown) => error)
  const running = sql<{ readonly busy: number }>`
    select count(*)::int as busy from pg_stat_activity where query like '%pg_sleep(10)%' and state = 'active'`
  // The one that asks sees itself.
  await expect.poll(async () => (await running.execute(database.sql)).rows[0]?.busy, { interval: 20 }).toBe(2)
  await postgres.crash()
  expect(await slow).toBeInstanceOf(Error)
  await postgres.start()
  await expect
    .poll(() => sql`select 1`.execute(database.sql).then(({ rows }) => rows.length), { interval: 50 })
    .toBe(1)
  await database.close()
})

it('says after a while that the server does not answer, and that it may later', async () => {
  const store = await open(await postgres.freshDatabase())
  const session = newSession('ses_1')
  await store.beginSession(session)
  await postgres.crash()
  await expect(store.write(session.id, transcript('t1', 'lost', 1))).rejects.toMatchObject({
    code: 'store_unavailable',
    retryable: true,
  })
  await expect(store.listSessions({ tenant: 'acme' })).rejects.toMatchObject({ code: 'store_unavailable' })
  await postgres.start()
  await store.write(session.id, transcript('t2', 'kept', 2))
  await store.close()
})

it('loses the locks of a transaction that stands still, and is told so as a passing fault', async () => {
  const databaseUrl = await postgres.freshDatabase()
  const database = openPostgres({ databaseUrl, clock: systemClock, log: rememberingLog(), max: 2 })
  const show = sql<{
    readonly limit: string
  }>`select current_setting('idle_in_transaction_session_timeout') as limit`
  expect((await show.execute(database.sql)).rows).toEqual([{ limit: '15s' }])
  const frozen = database.sql.transaction().execute(async transaction => {
    await sql`set local idle_in_transaction_session_timeout = 50`.execute(transaction)
    await sql`select pg_advisory_xact_lock(1)`.execute(transaction)
    // Another node gets on, although nobody said commit or rollback.
    await sql`select pg_advisory_xact_lock(1)`.execute(database.sql)
    return sql`select 1`.execute(transaction)
  })
  await expect(frozen.catch(asStoreError)).resolves.toMatchObject({
    code: 'store_unavailable',
    retryable: true,
  })
  expect((await show.execute(database.sql)).rows).toEqual([{ limit: '15s' }])
  await database.close()
})

it('gives up a statement that takes too long', async () => {
  const database = openPostgres({
    databaseUrl: await postgres.freshDatabase(),
    clock: systemClock,
    log: rememberingLog(),
    max: 1,
  })
  const { rows } = await sql<{ readonly statement_timeout: string }>`show statement_timeout`.execute(
    database.sql,
  )
  expect(rows).toEqual([{ statement_timeout: '15s' }])
  await database.close()
})

it('says that the schema is missing when it was told not to migrate', async () => {
  const store = await open(await postgres.freshDatabase(), false)
  expect((await store.migrationStatus()).current).toBe(0)
  await expect(store.beginSession(newSession('ses_1'))).rejects.toMatchObject({
    code: 'store_failed',
    message: expect.stringContaining('parley db migrate'),
  })
  await store.migrate()
  await store.beginSession(newSession('ses_1'))
  await store.close()
})

it('says what is wrong with the address, and never tells the password', async () => {
  const good = await postgres.freshDatabase()
  const { password } = new URL(good)
  const cases = [
    { url: 'mysql://x:hunter2@127.0.0.1/x', code: 'bad_config', secret: 'hunter2' },
    { url: 'hunter2', code: 'bad_config', secret: 'hunter2' },
    { url: good.replace(password, 'hunter2'), code: 'store_unavailable', secret: 'hunter2' },
    { url: `${good}_missing`, code: 'store_unavailable', secret: password },
    { url: `${good}?sslmode=require`, code: 'store_unavailable', secret: password },
  ]
  for (const { url, code, secret } of cases) {
    const refusal = await open(url).catch((error: unknown) => error)
    expect(refusal, url.replace(secret, '…')).toMatchObject({ code, retryable: false })
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain(secret)
  }
})

it('connects without encryption where sslmode allows it', async () => {
  const store = await open(`${await postgres.freshDatabase()}?sslmode=disable`)
  expect((await store.health()).ok).toBe(true)
  await store.close()
})

const noOpenssl = spawnSync('openssl', ['version']).error?.message
if (noOpenssl !== undefined) {
  process.stderr.write(`Skipped the test of sslmode: ${noOpenssl}; apt-get install openssl.\n`)
}

it.skipIf(noOpenssl !== undefined)('means by sslmode what libpq means', async () => {
  const encrypted = await startTestPostgres({ tls: true })
  const url = await encrypted.freshDatabase()
  const ca = `sslrootcert=${encodeURIComponent(encrypted.certificate)}`
  const cases = {
    'sslmode=disable': 'open',
    'sslmode=prefer': 'open',
    'sslmode=require': 'open',
    'sslmode=no-verify': 'open',
    [`sslmode=verify-ca&${ca}`]: 'open',
    'sslmode=verify-ca': 'bad_config',
    'sslmode=verify-full': 'store_unavailable',
    // The certificate is good, and is for another name.
    [`sslmode=verify-full&${ca}`]: 'store_unavailable',
  }
  const outcomes: Record<string, string> = {}
  for (const query of Object.keys(cases)) {
    outcomes[query] = await open(`${url}?${query}`).then(
      store => store.close().then(() => 'open'),
      (error: unknown) => ParleyError.from(error).code,
    )
  }
  expect(outcomes).toEqual(cases)
  await encrypted.remove()
})
