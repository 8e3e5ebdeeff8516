import { sessions } from './0001-sessions.js'
import { decisions } from './0002-decisions.js'
import { calls } from './0003-calls.js'
import { snapshots } from './0004-snapshots.js'
import { callsByStatus } from './0005-calls-by-status.js'
import { recordings } from './0006-recordings.js'
import { search } from './0007-search.js'
import { tenants } from './0008-tenants.js'
import { agents } from './0009-agents.js'
import { usage } from './0010-usage.js'

/**
 * The one list of schema changes, for PGlite and PostgreSQL alike. Forward only: an applied migration is never
 * edited, its checksum is kept in the database; a change is a new entry at the end.
 */
export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly version: number
  readonly name: string
  /** One SQL statement each, applied together in one transaction. */
  readonly statements: readonly string[]
}

export const migrations: readonly Migration[] = [
  sessions,
  decisions,
  calls,
  snapshots,
  callsByStatus,
  recordings,
  search,
  tenants,
  agents,
  usage,
]
