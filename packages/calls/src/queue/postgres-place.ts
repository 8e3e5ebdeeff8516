/** Jobs in a PostgreSQL, on a server or embedded, in a schema of their own. Who works is woken by NOTIFY. */

import { type Clock, ParleyError } from '@parley/core'
import { type EmbeddedSql, pgPoolOver, type StoreLog } from '@parley/platform'
import { PostgresConnection, PostgresQueueBackend, runMigrations } from 'bullmq'
import { type JobsBackend, QUEUE_SCHEMA, type QueuePlace } from './queue-place.js'

type PgPool = PostgresConnection['pool']

/** A worker holds a connection to listen; the rest is shared. */
const CONNECTIONS = 8

export interface PostgresPlaceOptions {
  readonly databaseUrl: string
  readonly clock: Clock
  readonly log: StoreLog
}

/** @throws ParleyError `store_unavailable`, `store_failed`, `bad_config` */
export async function postgresPlace(options: PostgresPlaceOptions): Promise<QueuePlace> {
  const { openRawPool } = await import('@parley/platform/raw-pool')
  const pool = openRawPool({ ...options, schema: QUEUE_SCHEMA, max: CONNECTIONS })
  return placeOn('postgres', pool as unknown as PgPool)
}

/** @throws ParleyError `store_unavailable`, `store_failed` */
export function embeddedPlace(embedded: EmbeddedSql, clock: Clock): Promise<QueuePlace> {
  return placeOn('pglite', pgPoolOver(embedded, clock) as unknown as PgPool)
}

async function placeOn(kind: 'postgres' | 'pglite', pool: PgPool): Promise<QueuePlace> {
  try {
    await prepareSchema(pool)
  } catch (thrown) {
    await pool.end().catch(() => {})
    throw ParleyError.from(thrown, 'store_unavailable')
  }
  const backend: JobsBackend = (name, options) => {
    const connection = new PostgresConnection(pool)
    // A pool cannot carry the name, and BullMQ looks for its tables there before it begins.
    Object.assign(connection, { schema: QUEUE_SCHEMA })
    return new PostgresQueueBackend(connection, name, { ...options, connection: pool })
  }
  return { kind, backend, workerBackend: backend, onBack() {}, close: () => pool.end() }
}

async function prepareSchema(pool: PgPool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client, QUEUE_SCHEMA)
  } catch (thrown) {
    // Without the right to make a schema it must have been made by somebody else; BullMQ checks its version.
    if ((thrown as { readonly code?: unknown }).code !== '42501') throw thrown
    await client.query(`select 1 from ${QUEUE_SCHEMA}.migration`)
  } finally {
    client.release()
  }
}
