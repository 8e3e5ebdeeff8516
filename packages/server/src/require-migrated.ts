import { ParleyError } from '@parley/core'
import type { Store } from '@parley/platform'

/**
 * A database that others share is brought up to date only when someone says so.
 * @throws ParleyError `store_failed` naming the command, when it lacks migrations
 */
export async function requireMigrated(store: Pick<Store, 'migrationStatus'>): Promise<void> {
  const { pending } = await store.migrationStatus()
  if (pending.length === 0) return
  const count = pending.length === 1 ? '1 migration' : `${pending.length} migrations`
  throw new ParleyError(
    'store_failed',
    `The database of DATABASE_URL lacks ${count}; run \`parley db migrate\`.`,
  )
}
