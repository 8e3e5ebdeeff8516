import type { OpenStore } from '@parley/platform'
import { sql } from 'kysely'

/**
 * Counts the calls of an embedded database that was empty: plans made for an empty table read all of it for every row that
 * refers to it, and nothing there counts by itself. A server does.
 */
export async function learnSizes({ kind, database }: Pick<OpenStore, 'kind' | 'database'>): Promise<void> {
  if (kind === 'pglite') await sql`analyze parley.calls`.execute(database.sql)
}
