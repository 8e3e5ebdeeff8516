import { systemClock } from '@parley/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallDatabase, serverDatabase } from './call-database.test-kit.js'
import { completed, newTenant, outcomeOf } from './call-samples.test-kit.js'
import type { CallStore } from './call-store.js'
import { createCallStore } from './sql-call-store.js'

/** What the database itself shows to whom, asked behind the store's back, on a real PostgreSQL. */

describe('walls between tenants', () => {
  let database: CallDatabase
  let store: CallStore
  let owner: pg.Client
  let root: pg.Client
  const [tenant, other] = [newTenant(), newTenant()]
  let tables: readonly string[] = []

  beforeAll(async () => {
    database = await serverDatabase()
    store = createCallStore({ database: database.store.database, clock: systemClock, epochMs: () => 0 })
    owner = new pg.Client({ connectionString: database.databaseUrl })
    root = new pg.Client({ connectionString: database.rootUrl })
    await Promise.all([owner.connect(), root.connect()])
    for (const whose of [tenant, other]) {
      const { call } = await completed(store, whose)
      const letter = {
        id: `letter_${whose}`,
        tenant: whose,
        kind: 'webhook',
        target: 'x',
        body: 1,
        atMs: 1,
      } as const
      await store.finish({ outcome: outcomeOf(call), letters: [letter] })
      await store.putLead({ id: 'l', tenant: whose, phone: '+34911222333', atMs: 1 })
      await store.setDoNotCall({ tenant: whose, phone: '+34911222334', on: true, atMs: 1 })
      await store.addCost(call, 1, 'carrier')
      await store.putCampaign({
        id: 'c',
        tenant: whose,
        name: 'C',
        agent: 'a',
        from: '+15550001111',
        status: 'running',
      })
    }
    const { rows } = await root.query(
      "select relname from pg_class where relnamespace = 'parley'::regnamespace and relrowsecurity and relkind = 'r'",
    )
    tables = rows.map(row => row.relname)
  })
  afterAll(async () => {
    await Promise.all([owner.end(), root.end()])
    await database.done()
  })

  /** Rows of each table that the owner of the tables sees in such a transaction. */
  async function seen(settings: Readonly<Record<string, string>>) {
    await owner.query('begin')
    for (const [name, value] of Object.entries(settings)) {
      await owner.query('select set_config($1, $2, true)', [name, value])
    }
    const tenants = new Set<string>()
    const full: string[] = []
    for (const table of tables) {
      const { rows } = await owner.query(`select tenant from parley.${table}`)
      if (rows.length > 0) full.push(table)
      for (const row of rows) tenants.add(row.tenant)
    }
    await owner.query('rollback')
    return { tenants: [...tenants].sort(), full: full.length }
  }

  it('stand in every table that hangs on calls', async () => {
    // Whatever hangs on calls by a key, so that a new table is not forgotten.
    const { rows } = await root.query(`
      select distinct conrelid::regclass::text as name from pg_constraint where contype = 'f'
        and confrelid in ('parley.calls'::regclass, 'parley.call_attempts'::regclass, 'parley.campaigns'::regclass)`)
    expect(rows.length).toBeGreaterThanOrEqual(7)
    expect(rows.map(row => row.name.replace('parley.', '')).filter(name => !tables.includes(name))).toEqual(
      [],
    )
    expect(tables.length).toBeGreaterThanOrEqual(11)
  })

  it('show nothing to a query that names no tenant, even the owner’s', async () => {
    expect(await seen({})).toEqual({ tenants: [], full: 0 })
    expect(await seen({ 'parley.tenant': '' })).toEqual({ tenants: [], full: 0 })
  })

  it('show a tenant its own rows, and none of the other’s', async () => {
    expect(await seen({ 'parley.tenant': tenant })).toMatchObject({ tenants: [tenant] })
    expect(await seen({ 'parley.tenant': newTenant() })).toEqual({ tenants: [], full: 0 })
  })

  it('are open to a worker that says so', async () => {
    const all = await seen({ 'parley.every_tenant': 'on' })
    expect(all.tenants).toEqual([tenant, other].sort())
    expect(all.full).toBeGreaterThanOrEqual(9)
  })

  it('take no row for another tenant, and move none there', async () => {
    await owner.query('begin')
    await owner.query("select set_config('parley.tenant', $1, true)", [tenant])
    const stolen = owner.query(
      'insert into parley.do_not_call (tenant, phone_hash, at_ms) values ($1, $2, 1)',
      [other, 'x'],
    )
    await expect(stolen).rejects.toMatchObject({ code: '42501' })
    await owner.query('rollback')
    await owner.query('begin')
    await owner.query("select set_config('parley.tenant', $1, true)", [tenant])
    await expect(owner.query('update parley.leads set tenant = $1', [other])).rejects.toMatchObject({
      code: '42501',
    })
    await owner.query('rollback')
  })

  it('let an index find the calls of one status', async () => {
    await owner.query('begin')
    await owner.query(
      "select set_config('parley.tenant', $1, true), set_config('enable_seqscan', 'off', true)",
      [tenant],
    )
    const { rows } = await owner.query(
      "explain select * from parley.calls where tenant = $1 and status = 'in-progress' order by created_at_ms desc, id desc limit 51",
      [tenant],
    )
    await owner.query('rollback')
    const plan = rows.map(row => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('calls_by_status')
    expect(plan).not.toContain('Sort')
  })

  it('do not outlast the transaction that opened them', async () => {
    await owner.query('begin')
    await owner.query("select set_config('parley.every_tenant', 'on', true)")
    await owner.query('commit')
    const { rows } = await owner.query('select 1 from parley.calls')
    expect(rows).toEqual([])
  })

  it('have no door for the roles of a hosted web interface', async () => {
    for (const role of ['anon', 'authenticated']) {
      await root.query(`set role ${role}`)
      await expect(root.query('select 1 from parley.calls')).rejects.toMatchObject({ code: '42501' })
      await root.query('reset role')
      // Not even where somebody gave them the tables by mistake.
      await root.query(`grant usage on schema parley to ${role}`)
      await root.query(`grant select on all tables in schema parley to ${role}`)
      await root.query(`set role ${role}`)
      expect((await root.query('select 1 from parley.calls')).rows).toEqual([])
      await root.query('reset role')
    }
  })
})
