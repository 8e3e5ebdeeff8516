import type { Clock } from '@parley/core'
import pg from 'pg'
import { connecting } from './connecting.js'
import { type Database, kyselyOver } from './database.js'
import { int8Oid, parseInt8 } from './int8.js'
import type { SqlClient, SqlPool, SqlResult } from './pool.js'
import type { StoreLog } from './store.js'
import { asStoreError, breaksConnection } from './store-errors.js'

/**
 * PostgreSQL by `pg`. `sslmode` in the URL means what libpq means by it. Connections are made when needed and thrown
 * away after a fault of their own; nothing is kept in a connection, so a pooler in front is fine.
 */
export interface PostgresOptions {
  /** `postgres://` or `postgresql://`. */
  readonly databaseUrl: string
  readonly clock: Clock
  readonly log: StoreLog
  /** Connections of this process at most; default 10. */
  readonly max?: number
}

const statementTimeoutMs = 15_000
/** A node that froze, or whose host is gone, gives back within this time what its transaction holds. */
const idleTransactionMs = 15_000

/** Opens a pool without connecting. @throws ParleyError `bad_config` for a URL that is none. */
export function openPostgres(options: PostgresOptions): Database {
  const pool = new pg.Pool({
    ...connecting(options.databaseUrl),
    max: options.max ?? 10,
    application_name: 'parley',
    types: { getTypeParser: readTypes },
  })
  pool.on('error', error => {
    options.log.warn({ reason: asStoreError(error).message }, 'An idle database connection was lost.')
  })
  // As a statement, because poolers refuse it among the start-up parameters.
  pool.on('connect', client => {
    const limits = `set statement_timeout = ${statementTimeoutMs};
      set idle_in_transaction_session_timeout = ${idleTransactionMs}`
    client.query(limits).catch((error: unknown) => {
      options.log.warn(
        { reason: asStoreError(error).message },
        'Could not set the time limits of a connection.',
      )
    })
  })
  const sql = kyselyOver(sqlPool(pool))
  let closing: Promise<void> | undefined
  const close = async () => {
    await sql.destroy()
    if (!pool.ending) await pool.end()
  }
  return {
    kind: 'postgres',
    sql,
    close() {
      closing ??= close()
      return closing
    },
  }
}

function readTypes(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  return oid === int8Oid ? parseInt8 : pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format)
}

function sqlPool(pool: pg.Pool): SqlPool {
  return {
    async connect() {
      return sqlClient(await pool.connect())
    },
    end: () => pool.end(),
  }
}

/**
 * A client that is not given back to the pool once a fault of its connection was seen. The pool listens to idle
 * clients only: a connection that breaks while it is in use would end the process if nobody listened here.
 */
function sqlClient(client: pg.PoolClient): SqlClient {
  let broken = false
  // Whoever waits for an answer is told by the answer.
  const onFault = () => {
    broken = true
  }
  client.on('error', onFault)
  return {
    async query(sql, parameters): Promise<SqlResult> {
      try {
        const { command, rowCount, rows } = await client.query(sql, [...parameters])
        return { command, rowCount: rowCount ?? 0, rows }
      } catch (error) {
        broken ||= breaksConnection(error)
        throw error
      }
    },
    release() {
      client.off('error', onFault)
      client.release(broken)
    },
  }
}
