import type { CloseReason, SessionId } from '@parley/core'
import { type Kysely, type Selectable, sql } from 'kysely'
import { isStorable } from './json-text.js'
import type { ReplyRow, Schema, SessionRow, TurnRow } from './schema.js'
import type {
  EventQuery,
  LogEntry,
  LoggedEvent,
  SessionKey,
  StoredConversation,
  StoredReply,
  StoredSession,
  StoredTurn,
} from './store.js'

/** The statements that read. Each names the tenant in every table it touches, and has a limit. */

const longestEventPage = 1000
const mostTurns = 5000

export async function selectConversation(
  database: Kysely<Schema>,
  key: SessionKey,
): Promise<StoredConversation | undefined> {
  if (!isStorable(key.tenant) || !isStorable(key.id)) return undefined
  const session = await sessionsOf(database, key.tenant).where('id', '=', key.id).executeTakeFirst()
  if (!session) return undefined
  const turns = await database
    .selectFrom('parley.turns')
    .selectAll()
    .where('tenant', '=', key.tenant)
    .where('session_id', '=', key.id)
    .orderBy('first_at_ms')
    .orderBy('id')
    .limit(mostTurns + 1)
    .execute()
  const replies = await database
    .selectFrom('parley.replies')
    .selectAll()
    .where('tenant', '=', key.tenant)
    .where('session_id', '=', key.id)
    .orderBy('first_at_ms')
    .orderBy('id')
    .limit(4 * mostTurns)
    .execute()
  const byTurn = groupByTurn(replies)
  return {
    ...storedSession(session),
    turns: turns.slice(0, mostTurns).map(turn => storedTurn(turn, byTurn.get(turn.id) ?? [])),
    truncated: turns.length > mostTurns,
  }
}

export async function selectEvents(
  database: Kysely<Schema>,
  query: EventQuery,
): Promise<readonly LogEntry[]> {
  if (!isStorable(query.tenant) || !isStorable(query.id)) return []
  const rows = await database
    .selectFrom('parley.session_events')
    .select(['seq', 'event'])
    .where('tenant', '=', query.tenant)
    .where('session_id', '=', query.id)
    .where('seq', '>=', Math.max(0, Math.trunc(query.fromSeq ?? 0)))
    .orderBy('seq')
    .limit(clamp(query.limit ?? 500, longestEventPage))
    .execute()
  // What is read here was written by `appendEvents`.
  return rows.map(row => ({ seq: row.seq, event: row.event as unknown as LoggedEvent }))
}

function groupByTurn(replies: readonly ReplyRow[]): ReadonlyMap<string, readonly ReplyRow[]> {
  const groups = new Map<string, ReplyRow[]>()
  for (const reply of replies) {
    const group = groups.get(reply.turn_id)
    if (group) group.push(reply)
    else groups.set(reply.turn_id, [reply])
  }
  return groups
}

function sessionsOf(database: Kysely<Schema>, tenant: string) {
  return database
    .selectFrom('parley.sessions as s')
    .select(['id', 'tenant', 'agent', 'language', 'edge', 'started_at', 'ended_at', 'end_reason'])
    .select(eb =>
      eb
        .selectFrom('parley.turns as t')
        .whereRef('t.session_id', '=', 's.id')
        .select(sql<number>`count(*)::integer`.as('count'))
        .as('turn_count'),
    )
    .where('tenant', '=', tenant)
}

function storedSession(row: Selectable<SessionRow> & { readonly turn_count: number | null }): StoredSession {
  return {
    id: row.id as SessionId,
    tenant: row.tenant,
    agent: row.agent,
    language: row.language,
    edge: row.edge,
    startedAtMs: row.started_at.getTime(),
    ...(row.ended_at === null ? {} : { endedAtMs: row.ended_at.getTime() }),
    // Only `endSession` writes it.
    ...(row.end_reason === null ? {} : { endReason: row.end_reason as CloseReason }),
    turnCount: row.turn_count ?? 0,
  }
}

function storedTurn(row: TurnRow, replies: readonly ReplyRow[]): StoredTurn {
  const turn = { id: row.id, replies: replies.map(storedReply) }
  const { user_text, user_origin, user_start_ms, user_end_ms, user_at_ms } = row
  if (user_text === null || user_origin === null) return turn
  if (user_start_ms === null || user_end_ms === null || user_at_ms === null) return turn
  return {
    ...turn,
    user: {
      text: user_text,
      origin: user_origin,
      startMs: user_start_ms,
      endMs: user_end_ms,
      atMs: user_at_ms,
    },
  }
}

function storedReply(row: ReplyRow): StoredReply {
  const ended = endOf(row)
  return {
    id: row.id,
    ...(ended === undefined ? {} : { ended }),
    ...(row.ledger === null ? {} : { ledger: row.ledger }),
  }
}

/** The columns of an end are all there or none is; a constraint of the table says so. */
function endOf(row: ReplyRow): StoredReply['ended'] {
  const { said, heard_text, heard_ms, heard_complete, heard_source, heard_error_ms, interrupted } = row
  if (said === null || heard_text === null || heard_ms === null || heard_complete === null) return undefined
  if (heard_source === null || heard_error_ms === null || interrupted === null) return undefined
  if (row.ended_at_ms === null) return undefined
  return {
    said,
    heardText: heard_text,
    heardMs: heard_ms,
    heardComplete: heard_complete,
    heardSource: heard_source,
    heardErrorMs: heard_error_ms,
    interrupted,
    ...(row.state === null ? {} : { state: row.state }),
    ...(row.decision === null ? {} : { decision: row.decision }),
    atMs: row.ended_at_ms,
  }
}

function clamp(limit: number, longest: number): number {
  return Math.min(longest, Math.max(1, Math.trunc(limit) || 1))
}
