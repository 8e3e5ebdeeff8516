import type { PostgrestSim, SimTable } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallId } from '../call.js'
import type { LeadChange } from './lead-book.js'
import { leadLetterBody, readLeadLetter } from './lead-letter.js'
import { createPostgrestLeadBook, type PostgrestLeadBookOptions } from './postgrest-lead-book.js'
import { ANA, ANON_KEY, LUIS, leadsTable, openLeadsSim, SERVICE_KEY } from './postgrest-sim.test-kit.js'
import { missingLeadBook, readSupabase, type SupabaseSettings } from './supabase-settings.js'

const never = new AbortController().signal
const opened: PostgrestSim[] = []
afterEach(async () => {
  for (const sim of opened.splice(0)) await sim.close()
})

function change(over: Partial<LeadChange> = {}): LeadChange {
  return {
    call: 'call_1' as CallId,
    who: { id: ANA },
    status: 'interested',
    fields: { summary: 'She said “sí”.', score: 9, other: 1 },
    atMs: 1_750_000_000_000,
    ...over,
  }
}

async function rig(
  over: Partial<PostgrestLeadBookOptions> = {},
  tables?: Readonly<Record<string, SimTable>>,
) {
  const sim = await openLeadsSim(tables)
  opened.push(sim)
  const bookWith = (settings: SupabaseSettings) => {
    const access = readSupabase({ url: sim.baseUrl, ...settings })
    if (!access || 'problem' in access) throw new Error('no access')
    return createPostgrestLeadBook({ access, fetch, ...over })
  }
  const row = (id: string) => sim.rows('leads').find(lead => lead.id === id)
  return { sim, row, bookWith, book: bookWith({ serviceRoleKey: SERVICE_KEY }) }
}

describe('leads at Supabase', () => {
  it('are found by id and by number, with and without its plus', async () => {
    const { book } = await rig()
    const ana = { id: ANA, phone: '+34911222333', name: 'Ana "la jefa", S.A.', status: 'new' }
    expect(await book.read({ id: ANA }, never)).toEqual(ana)
    expect(await book.read({ phone: '+34911222333' }, never)).toEqual(ana)
    expect(await book.read({ phone: '+15551234567' }, never)).toMatchObject({ id: LUIS })
    expect(await book.read({ phone: '+4' }, never)).toBeUndefined()
  })

  it('are changed once by a letter that comes twice', async () => {
    const columns = { fields: { summary: 'notes', score: 'score' } }
    const { book, row, sim } = await rig({ columns })
    expect(await book.apply(change(), never)).toBe('written')
    expect(row(ANA)).toMatchObject({
      status: 'interested',
      notes: 'She said “sí”.',
      score: 9,
      last_call_id: 'call_1',
      last_call_at: '2025-06-15T15:06:40.000Z',
    })
    expect(await book.apply(change(), never)).toBe('known')
    expect(sim.writes).toBe(1)
  })

  it('are changed once by two who send the same letter at once', async () => {
    const { book, sim } = await rig()
    const applied = await Promise.all([1, 2, 3, 4].map(() => book.apply(change(), never)))
    expect(applied.filter(one => one === 'written')).toHaveLength(1)
    expect(sim.writes).toBe(1)
  })

  it('keep the newer of two changes, whichever comes last', async () => {
    const { book, row } = await rig()
    const newer = change({ call: 'call_2' as CallId, status: 'won', atMs: change().atMs + 1 })
    await book.apply(newer, never)
    expect(await book.apply(change(), never)).toBe('known')
    expect(row(ANA)).toMatchObject({ status: 'won', last_call_id: 'call_2' })
  })

  it('come to the same row when two calls end in the same millisecond, in any order', async () => {
    const one = change({ call: 'call_a' as CallId, status: 'a' })
    const two = change({ call: 'call_b' as CallId, status: 'b' })
    for (const order of [
      [one, two, one],
      [two, one, two],
    ]) {
      const { book, row } = await rig()
      for (const each of order) await book.apply(each, never)
      expect(row(ANA)).toMatchObject({ status: 'b' })
    }
  })

  it('that are not there, or hidden from the key, are missing', async () => {
    const { book, bookWith, sim } = await rig()
    expect(await book.apply(change({ who: { phone: '+4' } }), never)).toBe('missing')
    expect(await bookWith({ anonKey: ANON_KEY }).apply(change(), never)).toBe('missing')
    expect(sim.writes).toBe(0)
  })

  it.each([
    ['a forged key', { serviceRoleKey: 'forged' }, {}, 'provider_refused', /SUPABASE_SERVICE_ROLE_KEY/],
    ['a forged public key', { anonKey: 'forged' }, {}, 'provider_refused', /NEXT_PUBLIC_SUPABASE_ANON_KEY/],
    ['no such table', {}, { table: 'people' }, 'bad_config', /no table “people”/],
    ['no such column', {}, { columns: { phone: 'tel' } }, 'bad_config', /no column “tel”/],
    ['no column to write', {}, { columns: { updatedAt: 'changed' } }, 'bad_config', /no column “changed”/],
    ['a value that does not fit', {}, { columns: { status: 'score' } }, 'provider_rejected', /22P02/],
  ] as const)('name what is wrong with %s', async (_, settings, options, code, message) => {
    const { bookWith } = await rig(options)
    const book = bookWith({ ...('anonKey' in settings ? {} : { serviceRoleKey: SERVICE_KEY }), ...settings })
    const fault = await book.apply(change(), never).catch((thrown: unknown) => thrown)
    expect(fault).toMatchObject({ code, retryable: false, message: expect.stringMatching(message) })
    expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toMatch(/forged|secret|She said/)
  })

  it('may be changed later where Supabase is down, slow or limits', async () => {
    const { book, sim } = await rig()
    for (const [kind, code] of [
      ['failing', 'provider_failed'],
      ['limited', 'provider_limited'],
      ['refuse', 'provider_unreachable'],
    ] as const) {
      sim.behave({ fault: { kind, stage: 'connect', times: 1 } })
      await expect(book.apply(change(), never)).rejects.toMatchObject({ code, retryable: true })
    }
    sim.behave({ fault: { kind: 'garbage', stage: 'connect', times: 1 } })
    await expect(book.apply(change(), never)).rejects.toMatchObject({ code: 'bad_config' })
    expect(await book.apply(change(), never)).toBe('written')
  })

  it('are given up when the one who asked does', async () => {
    const { book, sim } = await rig()
    sim.behave({ fault: { kind: 'hang', stage: 'connect' } })
    const giveUp = new AbortController()
    const asked = book.apply(change(), giveUp.signal)
    giveUp.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
  })

  it('stand in tables and columns with plain names only', async () => {
    const access = { restUrl: 'http://localhost/rest/v1', key: 'k', role: 'service' } as const
    for (const options of [
      { table: 'a/b' },
      { columns: { status: 'or=(' } },
      { columns: { fields: { x: '' } } },
    ]) {
      expect(() => createPostgrestLeadBook({ access, fetch, ...options })).toThrow(
        expect.objectContaining({ code: 'bad_config' }),
      )
    }
    expect(leadsTable.columns.id).toBe('uuid')
  })
})

describe('settings of Supabase', () => {
  const url = 'https://abc.supabase.co/'

  it('are an address and a key, the service’s before the public one', () => {
    expect(readSupabase({})).toBeUndefined()
    const anon = { restUrl: 'https://abc.supabase.co/rest/v1', key: 'a', role: 'anon' }
    expect(readSupabase({ url, anonKey: 'a' })).toEqual(anon)
    expect(readSupabase({ url, anonKey: 'a', serviceRoleKey: 's' })).toEqual({
      ...anon,
      key: 's',
      role: 'service',
    })
  })

  it.each([
    [{ anonKey: 'a' }, /NEXT_PUBLIC_SUPABASE_URL is missing/],
    [{ url }, /SUPABASE_SERVICE_ROLE_KEY .* is missing/],
    [{ url: 'abc.supabase.co', anonKey: 'a' }, /is no address/],
    [{ url: 'http://db.example.com', anonKey: 'a' }, /must begin with https/],
    [{ url, anonKey: 'a\nb' }, /copy it again/],
  ])('%j are told to be wrong in a sentence', async (settings, sentence) => {
    const read = readSupabase(settings)
    if (!read || !('problem' in read)) throw new Error('nothing is wrong')
    expect(read.problem).toMatch(sentence)
    const book = missingLeadBook(read.problem)
    await expect(book.read({ id: 'x' }, never)).rejects.toMatchObject({
      code: 'bad_config',
      message: read.problem,
    })
  })
})

describe('letters about leads', () => {
  it('carry a change there and back', () => {
    expect(readLeadLetter(JSON.parse(JSON.stringify(leadLetterBody(change()))))).toEqual(change())
  })

  it('that carry none are refused', () => {
    for (const body of [null, 'x', {}, { ...change(), who: {} }, { ...change(), atMs: 'now' }]) {
      expect(() => readLeadLetter(body as never)).toThrow(expect.objectContaining({ code: 'bad_message' }))
    }
  })
})
