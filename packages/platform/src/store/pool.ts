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

/** The one connection of the embedded database, for a library that brings SQL of its own, and listens. */
export interface EmbeddedSql {
  /** Waits its turn; nobody gets in between until `release`. @throws ParleyError `store_unavailable` */
  connect(): Promise<EmbeddedClient>
  /** What NOTIFY says on channels that were listened to. */
  onNotice(run: (notice: SqlNotice) => void): () => void
  /** The database was opened again: nobody listens any more. */
  onReopened(run: () => void): () => void
}

export interface EmbeddedClient {
  /** Several statements where there are no parameters; int8 comes as digits, as `pg` gives it. */
  run(sql: string, parameters?: readonly unknown[]): Promise<SqlResult>
  release(): void
}

export interface SqlNotice {
  readonly channel: string
  readonly payload: string
}
