/**
 * PostgREST's horizontal filters, as its documentation has them: `column=operator.value`, `not.`, and logic in `or=(…)` and
 * `and=(…)`, which nest. Values in logic are quoted where they hold a reserved character.
 */

export type SimColumn = 'text' | 'integer' | 'timestamptz' | 'uuid' | 'jsonb'
export type SimColumns = Readonly<Record<string, SimColumn>>
export type SimRow = Readonly<Record<string, unknown>>

export type Filter = (row: SimRow) => boolean

/** What PostgREST says of a request that it does not follow. */
export class PostgrestFault extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const reservedParameters = new Set(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict'])

/** All conditions of a query together. @throws PostgrestFault */
export function filterOf(query: URLSearchParams, table: string, columns: SimColumns): Filter {
  const filters = [...query].flatMap(([name, value]) => {
    if (reservedParameters.has(name)) return []
    if (name === 'or' || name === 'and') return [logic(name, value, { table, columns })]
    return [condition(name, value, { table, columns })]
  })
  return row => filters.every(filter => filter(row))
}

interface Place {
  readonly table: string
  readonly columns: SimColumns
}

function logic(name: 'or' | 'and', text: string, place: Place): Filter {
  const inner = /^\((.*)\)$/s.exec(text)?.[1]
  if (inner === undefined) throw unparsed(text)
  const parts = splitList(inner).map(part => {
    const nested = /^(or|and)(\(.*\))$/s.exec(part)
    if (nested?.[1] && nested[2]) return logic(nested[1] as 'or' | 'and', nested[2], place)
    const dot = part.indexOf('.')
    if (dot < 1) throw unparsed(part)
    return condition(part.slice(0, dot), unquoted(part.slice(dot + 1)), place)
  })
  return name === 'or' ? row => parts.some(part => part(row)) : row => parts.every(part => part(row))
}

/** At commas that stand neither in brackets nor in quotes. */
function splitList(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (quoted && letter === '\\') at++
    else if (letter === '"') quoted = !quoted
    else if (!quoted && letter === '(') depth++
    else if (!quoted && letter === ')') depth--
    else if (!quoted && depth === 0 && letter === ',') {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  if (quoted || depth !== 0) throw unparsed(text)
  return [...parts, text.slice(from)]
}

/** `eq."a,b"` as `eq.a,b`; an unquoted value with reserved characters in it is no value. */
function unquoted(text: string): string {
  const [, before = '', value = ''] = /^((?:not\.)?[a-z]+\.)(.*)$/s.exec(text) ?? []
  if (before.endsWith('in.')) return text
  const inQuotes = /^"((?:[^"\\]|\\.)*)"$/s.exec(value)?.[1]
  if (inQuotes !== undefined) return before + inQuotes.replace(/\\(.)/gs, '$1')
  if (/[()",]/.test(value)) throw unparsed(text)
  return text
}

function condition(column: string, text: string, { table, columns }: Place): Filter {
  const [, not, operator = '', value = ''] = /^(not\.)?([a-z]+)\.(.*)$/s.exec(text) ?? []
  const type = columns[column]
  if (operator === '') throw unparsed(text)
  if (type === undefined) {
    throw new PostgrestFault(400, '42703', `column ${table}.${column} does not exist`)
  }
  const holds = comparison(operator, value, type)
  return row => {
    const verdict = holds(row[column] ?? null)
    return verdict !== null && verdict !== (not !== undefined)
  }
}

type Verdict = boolean | null

/** SQL's three values: nothing compares with null. */
function comparison(operator: string, text: string, type: SimColumn): (value: unknown) => Verdict {
  if (operator === 'is') return value => (text === 'null' ? value === null : `${value}` === text)
  if (operator === 'in') {
    const list = /^\((.*)\)$/s.exec(text)?.[1]
    if (list === undefined) throw unparsed(text)
    const wanted = splitList(list).map(part => ranked(unquoted(`eq.${part}`).slice(3), type))
    return value => (value === null ? null : wanted.includes(ranked(value, type)))
  }
  const against = ranked(text, type)
  const orders: Readonly<Record<string, (value: string | number) => boolean>> = {
    eq: value => value === against,
    neq: value => value !== against,
    lt: value => value < against,
    lte: value => value <= against,
    gt: value => value > against,
    gte: value => value >= against,
  }
  const order = orders[operator]
  if (!order) throw unparsed(`${operator}.${text}`)
  return value => (value === null ? null : order(ranked(value, type)))
}

/** As the database would compare it. @throws PostgrestFault for what does not fit the column */
export function ranked(value: unknown, type: SimColumn): string | number {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (type === 'uuid' && !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) {
    throw new PostgrestFault(400, '22P02', `invalid input syntax for type uuid: "${text}"`)
  }
  if (type !== 'integer' && type !== 'timestamptz') return text
  const number = type === 'integer' ? Number(text) : Date.parse(text)
  if (Number.isFinite(number)) return number
  throw new PostgrestFault(400, '22P02', `invalid input syntax for type ${type}: "${text}"`)
}

function unparsed(text: string): PostgrestFault {
  return new PostgrestFault(400, 'PGRST100', `"failed to parse logic tree (${text})"`)
}
