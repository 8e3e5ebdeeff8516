/** From what the address of the page says to what the gateway is asked. */
import { type HashQuery, textOf } from '../ui/hash-query.js'

/** What narrows the list beside the words. */
export const filterNames = [
  'agent',
  'edge',
  'language',
  'from',
  'until',
  'ended',
  'slowMs',
  'minTurns',
  'interrupted',
  'recorded',
] as const

export function filterCount(query: HashQuery): number {
  return filterNames.filter(name => (query[name] ?? '') !== '').length
}

export function isNarrowed(query: HashQuery): boolean {
  return (query.q ?? '').trim() !== '' || filterCount(query) > 0
}

/** The query of `/api/sessions`. Days are those of this machine; the last one counts whole. */
export function apiQuery(query: HashQuery, more: HashQuery = {}): string {
  const { q = '', from = '', until = '' } = query
  const rest = Object.fromEntries(filterNames.map(name => [name, query[name] ?? '']))
  return textOf({ ...rest, q: q.trim(), from: dayMs(from, 0), until: dayMs(until, 1), ...more })
}

/** The first moment of a day given as `2026-01-31`, or of so many days later; empty for what is no day. */
function dayMs(day: string, later: number): string {
  const [year, month, date] = day.split('-').map(Number)
  if (year === undefined || month === undefined || date === undefined) return ''
  const ms = new Date(year, month - 1, date + later).getTime()
  return ms >= 0 ? String(ms) : ''
}
