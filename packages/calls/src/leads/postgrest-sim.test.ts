import type { PostgrestSim } from '@parley/sim'
import { PostgrestClient } from '@supabase/postgrest-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANA, ANON_KEY, LUIS, leadsTable, openLeadsSim, SERVICE_KEY } from './postgrest-sim.test-kit.js'

/** The simulated Supabase, driven by Supabase's own client: what that sends is understood, what it reads comes back. */

describe('a simulated PostgREST', () => {
  let sim: PostgrestSim
  const clientWith = (key: string) =>
    new PostgrestClient(`${sim.baseUrl}/rest/v1`, {
      headers: { apikey: key, Authorization: `Bearer ${key}` },
    })

  beforeAll(async () => {
    sim = await openLeadsSim({ leads: leadsTable, open: { ...leadsTable, open: true } })
  })
  afterAll(() => sim.close())

  it('selects by the filters of the official client', async () => {
    const leads = () => clientWith(SERVICE_KEY).from('leads').select('id')
    const ids = async (query: PromiseLike<{ data: { id: unknown }[] | null }>) =>
      ((await query).data ?? []).map(row => row.id)
    expect(await ids(leads().eq('name', 'Ana "la jefa", S.A.'))).toEqual([ANA])
    expect(await ids(leads().in('phone', ['15551234567', 'a,b']))).toEqual([LUIS])
    expect(await ids(leads().is('score', null))).toEqual([LUIS])
    expect(await ids(leads().not('score', 'is', null))).toEqual([ANA])
    expect(await ids(leads().lt('score', 10))).toEqual([ANA])
    expect(await ids(leads().gte('score', 10))).toEqual([])
    expect(await ids(leads().or(`score.is.null,and(status.eq.new,name.eq."x,(y)")`))).toEqual([LUIS])
    expect(await ids(leads().order('phone', { ascending: false }).limit(1))).toEqual([LUIS])
  })

  it('inserts, updates and deletes, and gives the rows back', async () => {
    const client = clientWith(SERVICE_KEY)
    const id = '3f0c9b1e-0000-4000-8000-000000000003'
    const made = await client.from('leads').insert({ id, phone: '+1', status: 'new' }).select()
    expect(made).toMatchObject({ status: 201, data: [{ id, phone: '+1' }] })
    const changed = await client.from('leads').update({ status: 'won' }).eq('id', id).select('status')
    expect(changed.data).toEqual([{ status: 'won' }])
    expect((await client.from('leads').update({ status: 'lost' }).eq('id', id)).status).toBe(204)
    expect((await client.from('leads').delete().eq('id', id).select()).data).toMatchObject([
      { status: 'lost' },
    ])
    expect(sim.rows('leads')).toHaveLength(2)
  })

  it('hides rows from the public key, and takes none from it', async () => {
    const client = clientWith(ANON_KEY)
    expect(await client.from('leads').select()).toMatchObject({ status: 200, data: [] })
    expect((await client.from('open').select()).data).toHaveLength(2)
    expect((await client.from('leads').insert({ status: 'x' })).error).toMatchObject({ code: '42501' })
    expect((await clientWith('forged').from('leads').select()).error).toMatchObject({ code: 'PGRST301' })
  })

  it('refuses what the database would refuse, with its codes', async () => {
    const client = clientWith(SERVICE_KEY)
    const code = async (query: PromiseLike<{ error: { code: string } | null }>) => (await query).error?.code
    expect(await code(client.from('nothing').select())).toBe('PGRST205')
    expect(await code(client.from('leads').select('nothing'))).toBe('42703')
    expect(await code(client.from('leads').select().eq('nothing', 1))).toBe('42703')
    expect(await code(client.from('leads').update({ nothing: 1 }).eq('id', ANA))).toBe('PGRST204')
    expect(await code(client.from('leads').select().eq('id', 'ana'))).toBe('22P02')
    expect(await code(client.from('leads').select().or('score.is.null,name'))).toBe('PGRST100')
  })
})
