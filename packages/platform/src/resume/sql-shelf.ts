/** Snapshots in the database, PGlite and PostgreSQL alike: a batch is one statement with one parameter. */

import type { SessionId } from '@parley/core'
import { CompiledQuery, sql } from 'kysely'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'
import { OVER_MS, type ResumeShelf } from './resume-shelf.js'

const putSql = `
insert into parley.snapshots as old (session_id, tenant, owner, body, expires_at)
select session_id, tenant, $2, body, now() + for_ms * interval '1 millisecond'
from json_to_recordset($1::json) as given(session_id text, tenant text, body text, for_ms float8)
order by session_id
on conflict (session_id) do update set
  tenant = excluded.tenant, owner = excluded.owner, body = excluded.body, taken_at = null,
  expires_at = excluded.expires_at
where (old.owner = excluded.owner and old.tenant = excluded.tenant and old.body is not null)
  or old.expires_at <= now()
returning session_id`

/** @throws ParleyError `store_unavailable` or `store_failed` from each */
export function createSqlResumeShelf({ sql: database }: Pick<Database, 'sql'>): ResumeShelf {
  async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  return {
    put: (node, rows) =>
      asked(async () => {
        // The body is a text in it, so that nothing in there can be refused.
        const given = JSON.stringify(
          rows.map(({ session, tenant, body, forMs }) => ({
            session_id: session,
            tenant,
            body,
            for_ms: forMs,
          })),
        )
        const { rows: done } = await database.executeQuery<{ readonly session_id: string }>(
          CompiledQuery.raw(putSql, [given, node]),
        )
        const put = new Set(done.map(({ session_id }) => session_id))
        return rows.flatMap(({ session }) => (put.has(session) ? [] : [session]))
      }),
    take: ({ session, tenant, by, againAfterMs }) =>
      asked(async () => {
        // Who comes second waits for the row, and finds it taken.
        const { rows } = await sql<{ readonly body: string }>`
          update parley.snapshots set owner = ${by}, taken_at = now()
          where session_id = ${session} and tenant = ${tenant} and body is not null and expires_at > now()
            and (taken_at is null or taken_at <= now() - ${againAfterMs}::float8 * interval '1 millisecond')
          returning body`.execute(database)
        return rows[0]?.body
      }),
    drop: (node, sessions) =>
      asked(async () => {
        await database.executeQuery(
          CompiledQuery.raw(
            `update parley.snapshots set body = null, expires_at = now() + $3::float8 * interval '1 millisecond'
             where owner = $2 and session_id in (select json_array_elements_text($1::json))`,
            [JSON.stringify(sessions satisfies readonly SessionId[]), node, OVER_MS],
          ),
        )
      }),
    sweep: () =>
      asked(async () => {
        await sql`delete from parley.snapshots where expires_at <= now()`.execute(database)
      }),
  }
}
