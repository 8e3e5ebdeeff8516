import pg from 'pg'
import { connecting } from './connecting.js'
import type { PostgresOptions } from './postgres-database.js'
import { asStoreError } from './store-errors.js'

export interface RawPoolOptions extends PostgresOptions {
  /** First in the search path of every connection; a name of letters and `_`. */
  readonly schema: string
}

/**
 * A pool of its own, for a library that brings SQL, listens, and reads what `pg` reads; int8 comes as digits. What it does
 * is bound to its connections, so a pooler in front must be one of sessions. Told once for each lost idle connection.
 * @throws ParleyError `bad_config` for a URL that is none.
 */
export function openRawPool({ databaseUrl, schema, max = 10, log }: RawPoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connecting(databaseUrl),
    max,
    application_name: 'parley-queue',
    // As a statement, because poolers refuse it among the start-up parameters.
    onConnect: async client => {
      await client.query(`set search_path to "${schema}"`)
    },
  })
  pool.on('error', error => {
    log.warn({ reason: asStoreError(error).message }, 'An idle database connection was lost.')
  })
  return pool
}
