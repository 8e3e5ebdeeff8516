import { PGlite } from '@electric-sql/pglite'
import { afterAll, describe, expect, it } from 'vitest'
import { sqlSourceSchema } from '../context-config.js'
import { NOW, signal, testWorld } from '../loopback.test-kit.js'
import { isReadOnly, namedParameters } from './named-parameters.js'
import { readOnlyQuery, type SqlPool } from './read-only-query.js'
import { sqlSource } from './sql.js'

const database = new PGlite()
await database.exec(`
  create table orders (number text, status text, due date, note text);
  insert into orders values ('4711', 'sent', '2026-01-20', null), ('4712', 'lost', null, 'x'), ('4713', 'new', null, 'x');
  create function grow() returns int language sql as 'insert into orders values (''1'', ''bad'') returning 1';
`)
afterAll(() => database.close())

let released: (Error | undefined)[] = []
const pool: SqlPool = {
  connect: async () => ({
    query: (sql, params) => database.query(sql, params === undefined ? [] : [...params]),
    release: error => void released.push(error),
  }),
}
const { world } = testWorld({ query: readOnlyQuery(pool) })
const sourceOf = (options: object = {}) =>
  sqlSource(
    sqlSourceSchema.parse({
      kind: 'sql',
      name: 'orders',
      when: ['order (?<number>[^ ]+)'],
      query: 'select status, due::text as due from orders where number = :number;',
      ...options,
    }),
    world,
  )
const fetchFor = (said: string, options: object = {}) => {
  const source = sourceOf(options)
  return source.fetch(source.wants(said, 'en') ?? '', signal())
}

describe('a source in SQL', () => {
  it('tells the rows that the statement finds for what was said', async () => {
    released = []
    expect(await fetchFor('where is my order 4711')).toEqual([
      { source: 'orders', text: 'status: sent, due: 2026-01-20', asOfMs: NOW },
    ])
    expect(await fetchFor('where is my order 9')).toEqual([])
    expect(released).toEqual([undefined, undefined])
  })

  it('takes what was said for a value and for nothing else', async () => {
    expect(await fetchFor("order 4711';delete/**/from/**/orders;--")).toEqual([])
    expect(await fetchFor("order x'or'1'='1")).toEqual([])
    expect((await database.query('select * from orders')).rows).toHaveLength(3)
  })

  it('tells in a text of its own, and that there is more', async () => {
    const facts = await fetchFor('order all', {
      query: 'select number as id, status from orders where :number <> number order by number',
      text: 'Order {id} is {status}.',
      maxRows: 2,
    })
    expect(facts.map(({ text }) => text)).toEqual([
      'Order 4711 is sent.',
      'Order 4712 is lost.',
      'There are more than these 2.',
    ])
  })

  it('cannot write, not even through a function', async () => {
    await expect(fetchFor('order 1', { query: 'select grow()' })).rejects.toThrow(/read-only/)
    expect((await database.query('select * from orders')).rows).toHaveLength(3)
    expect(await fetchFor('order 4711')).toHaveLength(1)
  })

  it('limits the time of its statement', async () => {
    const facts = await fetchFor('order 1', {
      query: "select current_setting('statement_timeout') as longest",
      timeoutMs: 1_500,
    })
    expect(facts[0]?.text).toBe('longest: 1500ms')
  })

  it('needs a database', () => {
    expect(() =>
      sqlSource(
        sqlSourceSchema.parse({ kind: 'sql', name: 'a', when: ['x'], query: 'select 1' }),
        testWorld().world,
      ),
    ).toThrow(/none is configured/)
  })

  it.each([
    'delete from orders',
    'select 1; drop table orders',
    'with gone as (delete from orders returning *) select * from gone',
    'select * into copy from orders',
    'select * from orders for update',
    'copy orders to stdout',
    '',
  ])('refuses "%s"', query => {
    expect(() => sourceOf({ query })).toThrow(/not one select/)
  })

  it('reads names where they are names', () => {
    expect(
      namedParameters(`select ':a', ":b", x::text, $q$ :c $q$ -- :d
      /* :e */ from t where y = :f and z in (:g, :f)`),
    ).toEqual({
      sql: `select ':a', ":b", x::text, $q$ :c $q$ -- :d
      /* :e */ from t where y = $1 and z in ($2, $1)`,
      names: ['f', 'g'],
    })
    expect(isReadOnly("select 'delete; me' as text -- drop")).toBe(true)
    expect(() => sourceOf({ query: 'select :other' })).toThrow(/no \\"when\\" has a group/)
  })
})
