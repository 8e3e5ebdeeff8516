import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@parley/core'
import { type OpenStore, openStore, type StoreLog } from '@parley/platform'
import pg from 'pg'
import { startTestPostgres } from '../../../platform/dist/store/test-postgres.js'

/**
 * Both databases for tests of what stands on them: the embedded one, and a real PostgreSQL that Parley uses as a role which
 * is no superuser, so that row security holds for every statement of the tests.
 */
export interface CallDatabase {
  readonly store: OpenStore
  /** Of PostgreSQL: as the role that owns the tables. */
  readonly databaseUrl?: string
  /** Of PostgreSQL: as a superuser. */
  readonly rootUrl?: string
  done(): Promise<void>
}

export const quietLog: StoreLog = { info: () => {}, warn: () => {}, error: () => {} }

/** A copy of the one that was made for all tests, where there is one: making another costs seconds. */
export async function embeddedDatabase(): Promise<CallDatabase> {
  const made = process.env.PARLEY_TEST_DATABASE
  const folder = made === undefined ? undefined : mkdtempSync(join(tmpdir(), 'parley-calls-'))
  const dataDir = folder === undefined ? 'memory://' : join(folder, 'data')
  if (made !== undefined) cpSync(made, dataDir, { recursive: true })
  const store = await openStore({ dataDir, clock: systemClock, log: quietLog, migrate: true })
  return {
    store,
    async done() {
      await store.close()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function serverDatabase(): Promise<CallDatabase> {
  const postgres = await startTestPostgres()
  const rootUrl = await postgres.freshDatabase()
  const databaseUrl = await plainRole(rootUrl)
  const store = await openStore({
    databaseUrl,
    dataDir: 'unused',
    clock: systemClock,
    log: quietLog,
    migrate: true,
    maxConnections: 20,
  })
  return {
    store,
    databaseUrl,
    rootUrl,
    async done() {
      await store.close()
      await postgres.remove()
    },
  }
}

/** As hosted databases have it: may make schemas, may not pass row security. */
async function plainRole(rootUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: rootUrl })
  await client.connect()
  await client.query("create role plain login nosuperuser nobypassrls password 'plain'")
  await client.query('create role anon nologin')
  await client.query('create role authenticated nologin')
  await client.query(`grant create on database ${client.database ?? ''} to plain`)
  await client.end()
  const url = new URL(rootUrl)
  url.username = 'plain'
  url.password = 'plain'
  return url.href
}
