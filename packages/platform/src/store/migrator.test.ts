import { systemClock } from '@parley/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from './database.js'
import { type Migration, migrations } from './migrations/migrations.js'
import { migrate, migrationStatus } from './migrator.js'
import { openPglite } from './pglite-database.js'
import { openPostgres } from './postgres-database.js'
import { rememberingLog } from './store-fixtures.test.helper.js'
import { temporaryFolder, useTemporaryFolders } from './temporary-folder.test.helper.js'
import { startTestPostgres, type TestPostgres } from './test-postgres.js'

useTemporaryFolders()

const next = migrations.length + 1
const second: Migration = {
  version: next,
  name: 'things',
  statements: ['create table parley.things (id integer primary key)', 'insert into parley.things values (1)'],
}
const log = rememberingLog()
let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres.remove())

function openFresh(): Promise<Database> {
  return openPglite({ dataDir: temporaryFolder(), clock: systemClock, log })
}

async function openServer(): Promise<Database> {
  return openPostgres({ databaseUrl: await postgres.freshDatabase(), clock: systemClock, log })
}

describe.each([
  { name: 'pglite', open: openFresh },
  { name: 'postgres', open: openServer },
])('the migrator on $name', ({ open }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())

  it('goes from nothing to the newest schema, and then has nothing to do', async () => {
    expect(await migrationStatus(database.sql)).toEqual({
      current: 0,
      target: migrations.length,
      pending: migrations.map(migration => migration.name),
    })
    await migrate(database.sql, log)
    expect(await migrate(database.sql, log)).toMatchObject({ current: migrations.length, pending: [] })
  })

  it('leaves nothing of a migration that fails half-way', async () => {
    const broken = { ...second, statements: [...second.statements, 'select * from parley.nowhere'] }
    await expect(migrate(database.sql, log, [...migrations, broken])).rejects.toMatchObject({
      code: 'store_failed',
    })
    expect(await migrationStatus(database.sql)).toMatchObject({ current: migrations.length })
    const { rows } = await sql`select to_regclass('parley.things') as found`.execute(database.sql)
    expect(rows).toEqual([{ found: null }])
  })

  it('applies each migration once when several migrate at the same time', async () => {
    const list = [...migrations, second]
    const statuses = await Promise.all([1, 2, 3, 4].map(() => migrate(database.sql, log, list)))
    for (const status of statuses) expect(status).toEqual({ current: next, target: next, pending: [] })
  })

  it('refuses a schema that is newer than it knows', async () => {
    await expect(migrate(database.sql, log, migrations)).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining(`newer Parley (schema ${next}, this one knows ${migrations.length})`),
    })
  })

  it('refuses a migration that was changed after it was applied, but not one re-indented', async () => {
    const indented = second.statements.map(statement => `  ${statement.replaceAll(' ', '\n  ')}\n`)
    const status = await migrationStatus(database.sql, [...migrations, { ...second, statements: indented }])
    expect(status.pending).toEqual([])
    await expect(
      migrationStatus(database.sql, [...migrations, { ...second, statements: ['select 1'] }]),
    ).rejects.toMatchObject({ code: 'store_failed', message: expect.stringContaining(`Migration ${next}`) })
  })
})

it('numbers its migrations without gaps', () => {
  expect(migrations.map(migration => migration.version)).toEqual(migrations.map((_, index) => index + 1))
})
