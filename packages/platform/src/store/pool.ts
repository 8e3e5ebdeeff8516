/**
 * The few calls Kysely makes of a `pg.Pool`, so that PGlite in a worker and `pg` itself stand behind one dialect.
 * A client belongs to its holder until `release`; on PGlite there is only one, so holding it is the mutex from
 * BEGIN to COMMIT.
 */
export interface SqlPool {
  connect(): Promise<SqlClient>
  end(): Promise<void>
}

export interface SqlClient {
  query(sql: string, parameters: readonly unknown[]): Promise<SqlResult>
  release(): void
}

export interface SqlResult {
  readonly command: string
  readonly rowCount: number
  readonly rows: unknown[]
}
