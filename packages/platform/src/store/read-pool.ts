import pg from 'pg'

/** A few connections for those who only look something up: apart from the store's own, so that neither waits. */
export interface ReadPool {
  connect(): Promise<pg.PoolClient>
  close(): Promise<void>
}

/** Connects when it is first used. What goes wrong with an idle connection is told by its next use. */
export function openReadPool(databaseUrl: string): ReadPool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {})
  return { connect: () => pool.connect(), close: () => pool.end() }
}
