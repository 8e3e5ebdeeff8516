/** What a session used of its providers, over all processes that held it. */

import type { UsedBy } from '@parley/core'
import { type QueryExecutorProvider, sql } from 'kysely'
import { isStorable } from './json-text.js'
import type { SessionKey, StoredUsage } from './store.js'
import { countsOf, type UsageSums, usageSums } from './usage-rows.js'

type Row = UsageSums & { readonly slot: UsedBy['slot']; readonly provider: string; readonly model: string }

/** No agent has so many providers. */
const mostLines = 200

export async function selectUsage(
  database: QueryExecutorProvider,
  { tenant, id }: SessionKey,
): Promise<StoredUsage | undefined> {
  if (!isStorable(tenant) || !isStorable(id)) return undefined
  const sessions = await sql<{ readonly kept: boolean }>`
    select keeps_usage as kept from parley.sessions where tenant = ${tenant} and id = ${id}`.execute(database)
  const [session] = sessions.rows
  if (session === undefined) return undefined
  const { rows } = await sql<Row>`
    select u.slot, u.provider, u.model, ${sql.raw(usageSums)} from parley.session_usage u
    where u.tenant = ${tenant} and u.session_id = ${id}
    group by 1, 2, 3 order by 1, 2, 3 limit ${mostLines}`.execute(database)
  const lines = rows.map(row => ({
    ...{ slot: row.slot, provider: row.provider },
    ...(row.model === '' ? {} : { model: row.model }),
    ...countsOf(row),
  }))
  return { kept: session.kept, lines }
}
