import { systemClock } from '@parley/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallDatabase, embeddedDatabase, serverDatabase } from '../store/call-database.test-kit.js'
import { incoming, NOW_MS, newTenant } from '../store/call-samples.test-kit.js'
import type { CallStore } from '../store/call-store.js'
import { createCallStore } from '../store/sql-call-store.js'
import { createSqlStreamTickets } from './sql-stream-tickets.js'
import { STREAM_TICKET_MS, type StreamTicket, type StreamTickets } from './stream-tickets.js'

describe.each([
  { name: 'pglite', open: embeddedDatabase },
  { name: 'postgres', open: serverDatabase },
])('stream tickets on $name', ({ open }) => {
  let nowMs = NOW_MS
  let opened: CallDatabase
  let store: CallStore
  let tickets: StreamTickets

  beforeAll(async () => {
    opened = await open()
    const options = { database: opened.store.database, clock: systemClock, epochMs: () => nowMs }
    store = createCallStore(options)
    tickets = createSqlStreamTickets(options)
  })
  afterAll(() => opened.done())

  async function ticket(): Promise<StreamTicket> {
    const ring = incoming(newTenant())
    await store.takeCall(ring)
    const { tenant, id: call, attempt, carrier, carrierCall, agent } = ring
    return { tenant, call, attempt, carrier, carrierCall, agent, language: 'es' }
  }

  const kept = async () => {
    const { rows } = await opened.store.database.sql.transaction().execute(async work => {
      await sql`select set_config('parley.every_tenant', 'on', true)`.execute(work)
      return sql<{ readonly text: string }>`select t::text as text from parley.stream_tickets t`.execute(work)
    })
    return rows.map(row => row.text)
  }

  it('let in one of many who come with the same token', async () => {
    const wanted = await ticket()
    const token = await tickets.issue(wanted)
    expect(token).toMatch(/^[\w-]{43}$/)
    const redeemed = await Promise.all(Array.from({ length: 5 }, () => tickets.redeem(token)))
    expect(redeemed.filter(one => one !== undefined)).toEqual([wanted])
  })

  it('keep no token that could be read out of the database', async () => {
    const token = await tickets.issue(await ticket())
    expect(await kept()).toHaveLength(1)
    expect((await kept()).join()).not.toContain(token)
    await tickets.redeem(token)
    expect(await kept()).toEqual([])
  })

  it('are over after 30 s, and swept by the next one', async () => {
    const old = await tickets.issue(await ticket())
    const forgotten = await tickets.issue(await ticket())
    nowMs += STREAM_TICKET_MS
    expect(await tickets.redeem(old)).toBeUndefined()
    await tickets.issue(await ticket())
    expect(await kept()).toHaveLength(1)
    expect(await tickets.redeem(forgotten)).toBeUndefined()
  })

  it('are not given for an attempt of another tenant, and none is let in by nonsense', async () => {
    const stolen = { ...(await ticket()), tenant: newTenant() }
    await expect(tickets.issue(stolen)).rejects.toMatchObject({ code: 'not_found' })
    for (const token of ['', 'x', `${'a'.repeat(42)}'`, 'a'.repeat(43)]) {
      expect(await tickets.redeem(token)).toBeUndefined()
    }
  })
})
