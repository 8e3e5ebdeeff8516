/**
 * Supabase's tables over HTTP on this machine: as much of PostgREST as a table of leads needs (select, insert, update,
 * delete; filters, order, limit; its errors). Rows live in memory; each request is atomic, as a statement is.
 */

import type { SimExchange } from '../sim-exchange.js'
import { openSimServer } from '../sim-server.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { filterOf, PostgrestFault, ranked, type SimColumns, type SimRow } from './postgrest-filter.js'

export interface SimTable {
  readonly columns: SimColumns
  readonly rows: readonly SimRow[]
  /** Whether its row security shows the public key anything. Default false. */
  readonly open?: boolean
}

export interface PostgrestSimOptions extends Omit<SimOptions, 'brains' | 'keys'> {
  /** Passes row security. */
  readonly serviceKey: string
  /** Stands in browsers. */
  readonly anonKey: string
  readonly tables: Readonly<Record<string, SimTable>>
}

export interface PostgrestSim extends VendorSim {
  /** Rows as they are now. */
  rows(table: string): readonly SimRow[]
  /** How many requests changed a row. */
  readonly writes: number
}

export async function openPostgrestSim(options: PostgrestSimOptions): Promise<PostgrestSim> {
  const tables = new Map(
    Object.entries(options.tables).map(([name, table]) => [name, { ...table, rows: [...table.rows] }]),
  )
  let writes = 0
  const { sim, log } = await openSimServer(options, {
    name: 'postgrest',
    keyOf: request => [request.headers.apikey].flat()[0],
    errorBody: (status, message) =>
      status === 401
        ? { message: 'Invalid API key', hint: message }
        : errorBody({ code: `${status}`, message }),
    onRequest,
  })

  function onRequest(exchange: SimExchange): void {
    try {
      const role = roleOf(exchange)
      const name = /^\/rest\/v1\/(\w+)$/.exec(exchange.url.pathname)?.[1]
      if (name === undefined) return exchange.reply(404, { message: 'no Route matched with those values' })
      serve(exchange, name, role)
    } catch (thrown) {
      if (!(thrown instanceof PostgrestFault)) throw thrown
      log.complain(`${exchange.url.pathname}: ${thrown.message}`)
      exchange.reply(thrown.status, errorBody(thrown))
    }
  }

  function roleOf({ request }: SimExchange): 'anon' | 'service' {
    const key = [request.headers.apikey].flat()[0]
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? key
    if (bearer === options.serviceKey) return 'service'
    if (bearer === options.anonKey) return 'anon'
    throw new PostgrestFault(401, 'PGRST301', 'JWSError JWSInvalidSignature')
  }

  function serve(exchange: SimExchange, name: string, role: 'anon' | 'service'): void {
    const table = tables.get(name)
    if (!table) {
      const message = `Could not find the table 'public.${name}' in the schema cache`
      throw new PostgrestFault(404, 'PGRST205', message)
    }
    const { columns } = table
    const query = exchange.url.searchParams
    const matches = filterOf(query, name, columns)
    const visible = role === 'service' || table.open === true
    const chosen = (row: SimRow) => visible && matches(row)
    const method = exchange.request.method
    if (method === 'GET') return exchange.reply(200, page(table.rows.filter(chosen), query, name, columns))
    if (method === 'DELETE') {
      const gone = table.rows.filter(chosen)
      table.rows = table.rows.filter(row => !chosen(row))
      return answerWrite(exchange, gone, { status: 200, name, columns })
    }
    const body = exchange.json()
    if (body === undefined) return
    if (method === 'POST') {
      if (!visible)
        throw new PostgrestFault(
          401,
          '42501',
          `new row violates row-level security policy for table "${name}"`,
        )
      const made = [body].flat().map(row => checked(row, name, columns))
      table.rows.push(...made)
      return answerWrite(exchange, made, { status: 201, name, columns })
    }
    if (method !== 'PATCH') throw new PostgrestFault(405, 'PGRST117', 'Unsupported HTTP method')
    const change = checked(body, name, columns)
    const changed: SimRow[] = []
    table.rows = table.rows.map(row => {
      if (!chosen(row)) return row
      const after = { ...row, ...change }
      changed.push(after)
      return after
    })
    answerWrite(exchange, changed, { status: 200, name, columns })
  }

  function answerWrite(
    exchange: SimExchange,
    rows: readonly SimRow[],
    { status, name, columns }: { status: number; name: string; columns: SimColumns },
  ): void {
    if (rows.length > 0) writes++
    const wanted = /return=representation/.test([exchange.request.headers.prefer].flat().join())
    if (wanted) return exchange.reply(status, page(rows, exchange.url.searchParams, name, columns))
    exchange.response.writeHead(status === 201 ? 201 : 204)
    exchange.response.end()
  }

  return {
    ...sim,
    rows: name => tables.get(name)?.rows ?? [],
    get writes() {
      return writes
    },
  }
}

function errorBody(fault: { readonly code: string; readonly message: string }) {
  return { code: fault.code, details: null, hint: null, message: fault.message }
}

function page(
  rows: readonly SimRow[],
  query: URLSearchParams,
  name: string,
  columns: SimColumns,
): readonly SimRow[] {
  const sorted = ordered(rows, query.get('order'), columns)
  const from = Number(query.get('offset') ?? 0)
  const limit = query.get('limit')
  const cut = sorted.slice(from, limit === null ? undefined : from + Number(limit))
  const select = query.get('select') ?? '*'
  if (select === '*') return cut
  const names = select.split(',').map(part => part.trim().replace(/^"(.*)"$/, '$1'))
  for (const column of names) {
    if (columns[column] === undefined) {
      throw new PostgrestFault(400, '42703', `column ${name}.${column} does not exist`)
    }
  }
  return cut.map(row => Object.fromEntries(names.map(column => [column, row[column] ?? null])))
}

function ordered(rows: readonly SimRow[], order: string | null, columns: SimColumns): readonly SimRow[] {
  const [column, direction] = order?.split('.') ?? []
  const type = column === undefined ? undefined : columns[column]
  if (column === undefined || type === undefined) return rows
  const sign = direction === 'desc' ? -1 : 1
  const key = (row: SimRow) => (row[column] == null ? undefined : ranked(row[column], type))
  return [...rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)]
    if (a === b) return 0
    // Nulls come last going up and first coming down, as in the database.
    if (a === undefined || b === undefined) return a === undefined ? sign : -sign
    return (a < b ? -1 : 1) * sign
  })
}

/** @throws PostgrestFault for columns that are not there, and values that do not fit */
function checked(body: unknown, name: string, columns: SimColumns): SimRow {
  if (typeof body !== 'object' || body === null)
    throw new PostgrestFault(400, 'PGRST102', 'Empty or invalid json')
  for (const [column, value] of Object.entries(body)) {
    const type = columns[column]
    if (type === undefined) {
      const message = `Could not find the '${column}' column of '${name}' in the schema cache`
      throw new PostgrestFault(400, 'PGRST204', message)
    }
    if (value !== null) ranked(value, type)
  }
  return body as SimRow
}
