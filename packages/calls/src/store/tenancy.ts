import type { Clock } from '@parley/core'
import { ParleyError } from '@parley/core'
import { asStoreError, type Database, isStorable, retried } from '@parley/platform'
import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'

/**
 * Every operation of the call store is one transaction that says first whose rows it is about: one tenant's, or, for
 * workers, everybody's. The database's row security reads what is said here, so a condition forgotten in a statement shows
 * nothing instead of somebody else's calls.
 */

/** A transaction, as far as statements need to know. */
export type Work = QueryExecutorProvider

export interface Transactions {
  /** For what may run twice with the same outcome: tried again after passing faults. */
  of<Result>(tenant: string, work: (work: Work) => Promise<Result>): Promise<Result>
  /** Past the walls between tenants: for workers, which act by ids that they were given. */
  ofAll<Result>(work: (work: Work) => Promise<Result>): Promise<Result>
  /** Once: for what would count twice. */
  onceOf<Result>(tenant: string, work: (work: Work) => Promise<Result>): Promise<Result>
}

export function createTransactions(database: Database, clock: Clock): Transactions {
  async function begin<Result>(tenant: string | undefined, work: (work: Work) => Promise<Result>) {
    try {
      return await database.sql.transaction().execute(async transaction => {
        await sql`select set_config('parley.tenant', ${tenant ?? ''}, true),
          set_config('parley.every_tenant', ${tenant === undefined ? 'on' : 'off'}, true)`.execute(
          transaction,
        )
        return await work(transaction)
      })
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  return {
    of(tenant, work) {
      checkTenant(tenant)
      return retried(clock, () => begin(tenant, work))
    },
    ofAll: work => retried(clock, () => begin(undefined, work)),
    onceOf(tenant, work) {
      checkTenant(tenant)
      return begin(tenant, work)
    },
  }
}

/** @throws ParleyError `bad_message` */
function checkTenant(tenant: string): void {
  if (tenant.length >= 1 && tenant.length <= 200 && isStorable(tenant)) return
  throw new ParleyError('bad_message', 'The tenant must be 1–200 characters without U+0000.')
}

export async function rowsOf<Row>(work: Work, statement: RawBuilder<Row>): Promise<readonly Row[]> {
  return (await statement.execute(work)).rows
}

export async function rowOf<Row>(work: Work, statement: RawBuilder<Row>): Promise<Row | undefined> {
  return (await statement.execute(work)).rows[0]
}

/** A limit that was asked for, made a whole number from 1 to `most`. */
export function clampLimit(limit: number | undefined, usual: number, most: number): number {
  return Math.min(most, Math.max(1, Math.trunc(limit ?? usual) || 1))
}
