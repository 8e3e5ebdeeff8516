import { type Kysely, sql } from 'kysely'
import type { Schema } from '../schema.js'
import type { SaidMatch } from '../store.js'
import { saidSnippet } from './said-snippet.js'
import { tsqueryOf } from './search-sql.js'
import type { SearchTerm } from './search-terms.js'

interface MatchRow {
  readonly session_id: string
  readonly turn: string
  readonly reply: string | null
  readonly said: string
  readonly begins_ms: number
}

export interface MatchQuery {
  readonly tenant: string
  readonly terms: readonly SearchTerm[]
  readonly sessions: readonly string[]
}

/** Characters of an utterance in which it is looked for where the terms are: each takes its time. Beyond is found, not shown. */
const mostShown = 16_000

/** For each of these sessions the utterance with most of the terms; of several the first. */
export async function selectMatches(
  database: Kysely<Schema>,
  { tenant, terms, sessions }: MatchQuery,
): Promise<ReadonlyMap<string, SaidMatch>> {
  if (sessions.length === 0 || terms.length === 0) return new Map()
  const queries = terms.map(tsqueryOf)
  const any = sql.join(queries, sql` || `)
  const count = sql.join(
    queries.map(query => sql`(words @@ (${query}))::integer`),
    sql` + `,
  )
  const ids = sql.join(sessions)
  const { rows } = await sql<MatchRow>`
    select distinct on (session_id) session_id, turn, reply, said, begins_ms from (
      select session_id, id as turn, null as reply, left(user_text, ${mostShown}::integer) as said,
        greatest(0, user_at_ms - (user_end_ms - user_start_ms)) as begins_ms, user_at_ms as at_ms, user_words as words
      from parley.turns where tenant = ${tenant} and session_id in (${ids}) and user_words @@ (${any})
      union all
      select session_id, turn_id, id, left(said, ${mostShown}::integer), first_at_ms, first_at_ms, said_words
      from parley.replies where tenant = ${tenant} and session_id in (${ids}) and said_words @@ (${any})
    ) utterances
    order by session_id, ${count} desc, at_ms, reply nulls first`.execute(database)
  return new Map(rows.map(row => [row.session_id, matchOf(row, terms)]))
}

function matchOf({ turn, reply, said, begins_ms }: MatchRow, terms: readonly SearchTerm[]): SaidMatch {
  return {
    ...(reply === null ? { side: 'user' } : { side: 'agent', reply }),
    turn,
    atMs: begins_ms,
    parts: saidSnippet(said, terms),
  }
}
