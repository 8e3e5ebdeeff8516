import type { Json } from '@parley/core'
import { toJsonText } from '@parley/platform'
import { sql } from 'kysely'
import type { NewLetter, OutboxMessage } from './call-store.js'
import { clampLimit, rowOf, rowsOf, type Work } from './tenancy.js'

/**
 * What is to be told outside, written with what it tells of. A letter is taken for a lease, during which nobody else gets it;
 * whoever took it and dies leaves it to the next. `next_at_ms` is empty for those sent and for dead letters.
 */

interface LetterRow {
  readonly id: string
  readonly tenant: string
  readonly kind: NewLetter['kind']
  readonly target: string
  readonly body: Json
  readonly at_ms: number
  readonly tries: number
  readonly problem: string | null
}

function letterOf(row: LetterRow): OutboxMessage {
  return {
    id: row.id,
    tenant: row.tenant,
    kind: row.kind,
    target: row.target,
    body: row.body,
    atMs: row.at_ms,
    tries: row.tries,
    ...(row.problem === null ? {} : { problem: row.problem }),
  }
}

export async function insertLetters(work: Work, letters: readonly NewLetter[], call: string): Promise<void> {
  for (const letter of letters) {
    await sql`insert into parley.outbox (id, tenant, call_id, kind, target, body, at_ms, next_at_ms)
      values (${letter.id}, ${letter.tenant}, ${call}, ${letter.kind}, ${letter.target},
        ${toJsonText(letter.body)}::jsonb, ${letter.atMs}, ${letter.atMs})
      on conflict do nothing`.execute(work)
  }
}

/** The oldest first. A letter counts as tried when it is taken: one that kills its sender does not come for ever. */
export async function takeLetters(
  work: Work,
  { nowMs, limit, leaseMs }: { readonly nowMs: number; readonly limit: number; readonly leaseMs: number },
): Promise<readonly OutboxMessage[]> {
  const rows = await rowsOf(
    work,
    sql<LetterRow>`
      update parley.outbox set next_at_ms = ${nowMs + leaseMs}, tries = tries + 1
      where id in (select id from parley.outbox where next_at_ms <= ${nowMs}
        order by next_at_ms, id limit ${clampLimit(limit, 100, 1000)} for update skip locked)
      returning *`,
  )
  return rows.map(letterOf).sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1))
}

export async function markSent(work: Work, id: string, atMs: number): Promise<void> {
  await sql`update parley.outbox set sent_at_ms = ${atMs}, next_at_ms = null, problem = null
    where id = ${id} and sent_at_ms is null`.execute(work)
}

export async function markNotSent(
  work: Work,
  id: string,
  problem: string,
  nextAtMs: number | undefined,
): Promise<void> {
  await sql`update parley.outbox set problem = ${problem}, next_at_ms = ${nextAtMs ?? null}
    where id = ${id} and sent_at_ms is null`.execute(work)
}

export async function selectDead(
  work: Work,
  tenant: string,
  limit: number,
): Promise<readonly OutboxMessage[]> {
  const rows = await rowsOf(
    work,
    sql<LetterRow>`
      select * from parley.outbox where tenant = ${tenant} and next_at_ms is null and sent_at_ms is null
      order by at_ms, id limit ${clampLimit(limit, 100, 1000)}`,
  )
  return rows.map(letterOf)
}

export async function reviveLetter(work: Work, tenant: string, id: string, atMs: number): Promise<boolean> {
  const row = await rowOf(
    work,
    sql`update parley.outbox set next_at_ms = ${atMs}, tries = 0
      where id = ${id} and tenant = ${tenant} and next_at_ms is null and sent_at_ms is null returning 1`,
  )
  return row !== undefined
}
