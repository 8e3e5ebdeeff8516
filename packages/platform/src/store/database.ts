import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import type { EmbeddedSql, SqlPool } from './pool.js'
import type { Schema } from './schema.js'

/** An open database of either kind: one dialect, one set of queries, and what only its adapter knows. */
export interface Database {
  readonly kind: 'pglite' | 'postgres'
  readonly sql: Kysely<Schema>
  /** Only of `pglite`. */
  readonly embedded?: EmbeddedSql
  /** Lets go of connections, workers and locks; statements under way are waited for. Twice is fine. */
  close(): Promise<void>
}

export function kyselyOver(pool: SqlPool): Kysely<Schema> {
  // Kysely's own type lists the commands it counts rows of; it takes any other as well.
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: pool as PostgresPool }) })
}
