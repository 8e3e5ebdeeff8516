import type pg from 'pg'

/** A few connections for those who only look something up: apart from the store's own, so that neither waits. */
export interface ReadPool {
  connect(): Promise<pg.PoolClient>
  close(): Promise<void>
}

/** Connects when it is first used. What goes wrong with an idle connection is told by its next use. */
export async function openReadPool(databaseUrl: string): Promise<ReadPool> {
  // Not loaded where no source of facts has a database.
  const { default: driver } = await import('pg')
  const pool = new driver.Pool({ connectionString: databaseUrl, max: 4, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {})
  return { connect: () => pool.connect(), close: () => pool.end() }
}
