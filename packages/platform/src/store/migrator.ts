import { createHash } from 'node:crypto'
import { ParleyError } from '@parley/core'
import { CompiledQuery, type Kysely, sql } from 'kysely'
import { type Migration, migrations } from './migrations/migrations.js'
import type { Schema } from './schema.js'
import type { MigrationStatus, StoreLog } from './store.js'
import { asStoreError } from './store-errors.js'

/**
 * Applies the migrations in order, each in a transaction of its own under one advisory lock, so that of several
 * migrators one works and the others find it done. Invariant: the versions in the database are 1…n without gaps, and
 * each has the checksum of the statements known here.
 */

/** Any number, the same in all versions of Parley: what two migrators of one database lock. */
const lockKey = 7_236_953
const lockWaitMs = 60_000

interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

/** @throws ParleyError `store_failed` when the schema is newer than this Parley or was changed. */
export async function migrationStatus(
  database: Kysely<Schema>,
  list: readonly Migration[] = migrations,
): Promise<MigrationStatus> {
  try {
    return statusOf(await readApplied(database), list)
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** Applies what is pending. @throws as `migrationStatus`, and `store_unavailable` when another migrator is too slow. */
export async function migrate(
  database: Kysely<Schema>,
  log: StoreLog,
  list: readonly Migration[] = migrations,
): Promise<MigrationStatus> {
  try {
    for (;;) {
      const status = statusOf(await readApplied(database), list)
      if (status.pending.length === 0) return status
      const applied = await database.transaction().execute(transaction => applyNext(transaction, list))
      if (applied) log.info({ version: applied.version, name: applied.name }, 'Applied a schema migration.')
    }
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** Under the lock; undefined when another migrator was faster. */
async function applyNext(
  transaction: Kysely<Schema>,
  list: readonly Migration[],
): Promise<Migration | undefined> {
  // `set` takes no parameters; these are constants. An index over a large table may take its time.
  await run(transaction, `set local lock_timeout = ${lockWaitMs}`)
  await run(transaction, 'set local statement_timeout = 0')
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(transaction)
  await ensureTable(transaction)
  const status = statusOf(await readApplied(transaction), list)
  const next = list[status.current]
  if (!next) return undefined
  for (const statement of next.statements) await run(transaction, statement)
  await sql`insert into parley.migrations (version, name, checksum)
    values (${next.version}, ${next.name}, ${checksum(next)})`.execute(transaction)
  return next
}

/** `create schema if not exists` asks for the right to create even where the schema exists. */
async function ensureTable(database: Kysely<Schema>): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = 'parley'`.execute(database)
  if (rows.length === 0) await run(database, 'create schema parley')
  await run(
    database,
    `create table if not exists parley.migrations (
      version integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`,
  )
}

async function readApplied(database: Kysely<Schema>): Promise<readonly Applied[]> {
  const table = await sql<{ readonly present: boolean }>`
    select to_regclass('parley.migrations') is not null as present`.execute(database)
  if (!table.rows[0]?.present) return []
  const { rows } = await sql<Applied>`
    select version, name, checksum from parley.migrations order by version`.execute(database)
  return rows
}

function statusOf(applied: readonly Applied[], list: readonly Migration[]): MigrationStatus {
  const target = list.length
  const current = applied.length
  if (current > target) {
    throw refused(
      `The database was written by a newer Parley (schema ${current}, this one knows ${target}); ` +
        'update Parley or use another database.',
      { current, target },
    )
  }
  applied.forEach((row, index) => {
    const known = list[index]
    if (known && row.version === known.version && row.checksum === checksum(known)) return
    throw refused(
      `Migration ${row.version} (${row.name}) in the database is not the one of this Parley; ` +
        'restore the database or use the Parley that made it.',
      { version: row.version },
    )
  })
  return { current, target, pending: list.slice(current).map(migration => migration.name) }
}

/** Of the statements with runs of white space folded, so that re-indenting the file changes nothing. */
function checksum(migration: Migration): string {
  const text = migration.statements.map(statement => statement.replace(/\s+/g, ' ').trim()).join(';\n')
  return createHash('sha256').update(text).digest('hex')
}

async function run(database: Kysely<Schema>, statement: string): Promise<void> {
  await database.executeQuery(CompiledQuery.raw(statement))
}

function refused(message: string, details: Readonly<Record<string, unknown>>): ParleyError {
  return new ParleyError('store_failed', message, { details })
}
