import type { Clock } from '@parley/core'
import type { Database } from './database.js'
import { openPglite } from './pglite-database.js'
import { createSqlStore } from './sql-store.js'
import type { Store, StoreLog } from './store.js'

export interface StoreOptions {
  /** A PostgreSQL URL; without it the embedded database in `dataDir` is used. */
  readonly databaseUrl?: string
  /** Made if missing, private to the user. `memory://` forgets everything at the end: for tests. */
  readonly dataDir: string
  readonly clock: Clock
  readonly log: StoreLog
  /** Whether to bring the schema up to date first; if not, pending migrations are left to `Store.migrate`. */
  readonly migrate: boolean
  /** Connections to PostgreSQL at most, default 10. */
  readonly maxConnections?: number
}

/** A store with the database under it, for what keeps tables of its own beside the store's. */
export interface OpenStore extends Store {
  /** Closed with the store. */
  readonly database: Database
}

/**
 * Opens the store and makes sure that it can be used: the database answers and is not newer than this Parley.
 * @throws ParleyError `store_locked`, `store_full`, `store_unavailable`, `store_failed` or `bad_config`.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const { clock, log } = options
  const database = await openDatabase(options)
  const store = createSqlStore({ database, clock, log })
  try {
    await (options.migrate ? store.migrate() : store.migrationStatus())
    return { ...store, database }
  } catch (thrown) {
    await store.close()
    throw thrown
  }
}

/** The driver of the database that is not used is not loaded. */
async function openDatabase(options: StoreOptions): Promise<Database> {
  const { databaseUrl, dataDir, clock, log, maxConnections } = options
  if (databaseUrl === undefined) return openPglite({ dataDir, clock, log })
  const { openPostgres } = await import('./postgres-database.js')
  const most = maxConnections === undefined ? {} : { max: maxConnections }
  return openPostgres({ databaseUrl, clock, log, ...most })
}
