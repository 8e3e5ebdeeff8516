/** A pool of connections to PostgreSQL as `ReadQuery`: every statement in a transaction that cannot write and ends in time. */

import type { ReadQuery, Row } from './source-world.js'

/** As far as it is used, what `pg` calls a pool. */
export interface SqlPool {
  connect(): Promise<SqlConnection>
}

export interface SqlConnection {
  query(sql: string, params?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  /** Gives it back; with an error it is not used again. */
  release(error?: Error): void
}

export function readOnlyQuery(pool: SqlPool): ReadQuery {
  return async (sql, params, { timeoutMs, signal }) => {
    const connection = await pool.connect()
    let broken: Error | undefined
    try {
      if (signal.aborted) return []
      await connection.query('begin read only')
      await connection.query(`set local statement_timeout = ${Math.max(1, Math.round(timeoutMs))}`)
      const { rows } = await connection.query(sql, params)
      return rows as readonly Row[]
    } finally {
      await connection.query('rollback').catch((error: unknown) => {
        broken = error instanceof Error ? error : new Error(String(error))
      })
      connection.release(broken)
    }
  }
}
