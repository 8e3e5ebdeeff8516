import type { Clock } from '@parley/core'
import { ParleyError } from '@parley/core'
import pg from 'pg'
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
/** Longer than the server's own limit: only a server that has fallen silent meets it. */
const answerTimeoutMs = 20_000
const connectTimeoutMs = 5_000

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
    connectionString: libpqUrl(databaseUrl),
    max,
    application_name: 'parley-queue',
    // As a statement, because poolers refuse it among the start-up parameters.
    onConnect: async client => {
      await client.query(`set search_path to "${schema}"`)
    },
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  })
  pool.on('error', error => {
    log.warn({ reason: asStoreError(error).message }, 'An idle database connection was lost.')
  })
  return pool
}

/** Opens a pool without connecting. @throws ParleyError `bad_config` for a URL that is none. */
export function openPostgres(options: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: libpqUrl(options.databaseUrl),
    max: options.max ?? 10,
    application_name: 'parley',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
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

/** Without this, `pg` 8 reads `prefer`, `require` and `verify-ca` as `verify-full`. */
function libpqUrl(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl) || !/^postgres(ql)?:$/.test(new URL(databaseUrl).protocol)) {
    throw new ParleyError(
      'bad_config',
      'DATABASE_URL is not a PostgreSQL URL: postgres://user:password@host:5432/name?sslmode=require',
    )
  }
  const url = new URL(databaseUrl)
  const mode = url.searchParams.get('sslmode')
  if (mode === 'verify-ca' && !url.searchParams.has('sslrootcert')) {
    throw new ParleyError(
      'bad_config',
      'DATABASE_URL has sslmode=verify-ca without sslrootcert=<file>; add it or use sslmode=verify-full.',
    )
  }
  if (mode !== null && mode !== 'no-verify') url.searchParams.set('uselibpqcompat', 'true')
  return url.href
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
