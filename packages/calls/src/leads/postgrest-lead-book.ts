import { ParleyError } from '@parley/core'
import type { BookLead, LeadApplied, LeadBook, LeadChange, LeadWho } from './lead-book.js'
import { postgrestFault } from './postgrest-fault.js'
import type { SupabaseAccess } from './supabase-settings.js'

/**
 * Leads in a table at Supabase, by PostgREST. A change is one conditional update: it writes only over a row whose last call
 * is older, and leaves its call and moment there, so that the same letter again, or an older one late, finds nothing to do.
 */
export interface PostgrestLeadBookOptions {
  readonly access: SupabaseAccess
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Default `leads`. */
  readonly table?: string
  /** Where what is; what is not named has its default. */
  readonly columns?: Partial<LeadColumns>
}

export interface LeadColumns {
  /** Default `id`. */
  readonly id: string
  /** Default `phone`; E.164, with or without `+`. */
  readonly phone: string
  /** Default `name`. */
  readonly name: string
  /** Default `status`. */
  readonly status: string
  /** Text. Default `last_call_id`. */
  readonly lastCall: string
  /** `timestamptz`. Default `last_call_at`. */
  readonly lastCallAt: string
  /** `timestamptz`; default none: many tables keep it by a trigger. */
  readonly updatedAt?: string
  /** Column of each field of an outcome that is to be written. Default none. */
  readonly fields: Readonly<Record<string, string>>
}

const usualColumns: LeadColumns = {
  id: 'id',
  phone: 'phone',
  name: 'name',
  status: 'status',
  lastCall: 'last_call_id',
  lastCallAt: 'last_call_at',
  fields: {},
}

type Row = Readonly<Record<string, unknown>>

/** @throws ParleyError `bad_config` for names that are none */
export function createPostgrestLeadBook(options: PostgrestLeadBookOptions): LeadBook {
  const { access, table = 'leads' } = options
  const columns: LeadColumns = { ...usualColumns, ...options.columns }
  checkNames(table, columns)
  const { id, phone, name, status, lastCall, lastCallAt } = columns
  const select = [id, phone, name, status, lastCall].join(',')

  async function ask(method: 'GET' | 'PATCH', query: URLSearchParams, signal: AbortSignal, body?: Row) {
    const headers: Record<string, string> = { apikey: access.key, authorization: `Bearer ${access.key}` }
    if (body !== undefined)
      Object.assign(headers, { 'content-type': 'application/json', prefer: 'return=representation' })
    const init = { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await options
      .fetch(`${access.restUrl}/${table}?${query}`, init)
      .catch((thrown: unknown) => {
        if (signal.aborted) throw thrown
        throw new ParleyError('provider_unreachable', undefined, { retryable: true })
      })
    if (!response.ok) throw await postgrestFault(response, { table, role: access.role })
    const rows: unknown = await response.json().catch(() => undefined)
    if (Array.isArray(rows)) return rows.filter(isRow)
    throw new ParleyError(
      'bad_config',
      'That address does not answer as Supabase does; check NEXT_PUBLIC_SUPABASE_URL.',
    )
  }

  async function find(who: LeadWho, signal: AbortSignal): Promise<Row | undefined> {
    const query = new URLSearchParams({ select, order: `${id}.asc`, limit: '1' })
    if ('id' in who) query.set(id, `eq.${who.id}`)
    else query.set(phone, `in.("${quoted(who.phone)}","${quoted(who.phone.replace(/^\+/, ''))}")`)
    const [row] = await ask('GET', query, signal)
    return row
  }

  function leadOf(row: Row): BookLead {
    const text = (column: string) => {
      const value = row[column]
      return value === null || value === undefined ? undefined : String(value)
    }
    const [named, stands, called] = [text(name), text(status), text(lastCall)]
    return {
      id: text(id) ?? '',
      phone: text(phone) ?? '',
      ...(named === undefined ? {} : { name: named }),
      ...(stands === undefined ? {} : { status: stands }),
      ...(called === undefined ? {} : { lastCall: called }),
    }
  }

  async function apply(change: LeadChange, signal: AbortSignal): Promise<LeadApplied> {
    const found = await find(change.who, signal)
    if (!found) return 'missing'
    const at = isoMoment(change.atMs)
    const query = new URLSearchParams({ select: id, [id]: `eq.${String(found[id])}` })
    const sameMoment = `and(${lastCallAt}.eq."${at}",${lastCall}.lt."${quoted(change.call)}")`
    query.set('or', `(${lastCallAt}.is.null,${lastCallAt}.lt."${at}",${sameMoment})`)
    const written = await ask('PATCH', query, signal, changeOf(change, at))
    return written.length > 0 ? 'written' : 'known'
  }

  function changeOf(change: LeadChange, at: string): Row {
    const body: Record<string, unknown> = {}
    for (const [field, column] of Object.entries(columns.fields)) {
      if (change.fields[field] !== undefined) body[column] = change.fields[field]
    }
    if (columns.updatedAt !== undefined) body[columns.updatedAt] = at
    return { ...body, [status]: change.status, [lastCall]: change.call, [lastCallAt]: at }
  }

  return {
    async read(who, signal) {
      const row = await find(who, signal)
      return row && leadOf(row)
    },
    apply,
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

/** In quotes, PostgREST takes everything but a quote and a backslash as it is. */
function quoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&')
}

function isoMoment(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Names go into addresses and filters, where others would mean something else. */
function checkNames(table: string, columns: LeadColumns): void {
  const { fields, ...own } = columns
  for (const name of [table, ...Object.values(own), ...Object.values(fields)]) {
    if (/^[A-Za-z_]\w{0,62}$/.test(name)) continue
    throw new ParleyError(
      'bad_config',
      `“${name.slice(0, 70)}” cannot be a table or column of leads; use letters, digits and _ only.`,
    )
  }
}
