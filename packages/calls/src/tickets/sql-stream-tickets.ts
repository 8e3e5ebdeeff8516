import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '@parley/core'
import { type Database, toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import { createTransactions, rowOf } from '../store/tenancy.js'
import { unknownCall } from '../store/unknown-call.js'
import { STREAM_TICKET_MS, type StreamTicket, type StreamTickets } from './stream-tickets.js'

/**
 * Stream tickets in the database, so that any node may redeem what another one issued. Only a hash of the token is kept.
 * Redeeming is deleting: of two that come with the same token, the database gives the row to one.
 */
export interface SqlStreamTicketsOptions {
  readonly database: Database
  readonly clock: Clock
  /** Epoch ms. */
  readonly epochMs: () => number
}

/** Tickets that nobody redeemed, taken away when the next one is issued. */
const sweptAtOnce = 100

/** `issue` throws `not_found` besides, for an attempt that the store does not have. */
export function createSqlStreamTickets(options: SqlStreamTicketsOptions): StreamTickets {
  const { database, clock, epochMs } = options
  const { ofAll } = createTransactions(database, clock)

  async function issue(ticket: StreamTicket): Promise<string> {
    const token = randomBytes(32).toString('base64url')
    const nowMs = epochMs()
    await ofAll(async work => {
      await sql`delete from parley.stream_tickets where hash in (select hash from parley.stream_tickets
        where expires_at_ms <= ${nowMs} limit ${sweptAtOnce} for update skip locked)`.execute(work)
      const row = await rowOf(
        work,
        sql`insert into parley.stream_tickets (hash, tenant, attempt_id, ticket, expires_at_ms)
          select ${hashOf(token)}, a.tenant, a.id, ${toJsonText(ticket)}::jsonb, ${nowMs + STREAM_TICKET_MS}::bigint
          from parley.call_attempts a
          where a.id = ${ticket.attempt} and a.call_id = ${ticket.call} and a.tenant = ${ticket.tenant}
          on conflict (hash) do update set expires_at_ms = excluded.expires_at_ms returning 1`,
      )
      if (row === undefined) throw unknownCall()
    })
    return token
  }

  async function redeem(token: string): Promise<StreamTicket | undefined> {
    if (!/^[\w-]{43}$/.test(token)) return undefined
    const row = await ofAll(work =>
      rowOf(
        work,
        sql<{ readonly ticket: StreamTicket; readonly expires_at_ms: number }>`
          delete from parley.stream_tickets where hash = ${hashOf(token)} returning ticket, expires_at_ms`,
      ),
    )
    return row && row.expires_at_ms > epochMs() ? row.ticket : undefined
  }

  return { issue, redeem }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
