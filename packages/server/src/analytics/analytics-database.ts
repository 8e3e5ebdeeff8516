import type { Database } from '@parley/platform'
import type { ServerParts } from '../serve.js'

/** Connections to a read replica; the figures ask for few things at once. */
const CONNECTIONS = 4

/** Where the figures are counted: the store's own database, or a replica of it that the lifecycle closes. */
export async function analyticsDatabase({
  config: { analyticsDatabaseUrl: databaseUrl },
  store,
  clock,
  log,
  lifecycle,
}: Pick<ServerParts, 'config' | 'store' | 'clock' | 'log' | 'lifecycle'>): Promise<Database> {
  if (databaseUrl === undefined) return store.database
  const { openPostgres } = await import('@parley/platform/postgres')
  const replica = openPostgres({ databaseUrl, clock, log, max: CONNECTIONS })
  lifecycle.onStop('read replica', () => replica.close())
  return replica
}
