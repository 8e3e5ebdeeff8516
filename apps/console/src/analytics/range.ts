/** Which time is looked at: whole days of this machine, as the address of the page says it. */
import { type HashQuery, textOf } from '../ui/hash-query.js'

export const rangeNames = ['today', '7d', '30d', 'custom'] as const
export type RangeName = (typeof rangeNames)[number]

export interface Range {
  readonly name: RangeName
  /** Epoch ms; `untilMs` is not part of it. */
  readonly fromMs: number
  readonly untilMs: number
  readonly bucket: 'hour' | 'day'
}

const hourlyMs = 3 * 86_400_000
/** As much as the gateway counts by the day. */
const mostDays = 400

export function rangeOf(query: HashQuery, now: Date): Range {
  const name = rangeNames.find(each => each === query.range) ?? '7d'
  const days = name === 'today' ? 1 : name === '30d' ? 30 : 7
  const usual = { fromMs: dayStart(now, 1 - days), untilMs: dayStart(now, 1) }
  const { fromMs, untilMs } = name === 'custom' ? (customOf(query) ?? usual) : usual
  return { name, fromMs, untilMs, bucket: untilMs - fromMs < hourlyMs ? 'hour' : 'day' }
}

/** Undefined for days that are none, in the wrong order, or too many. */
function customOf({ from = '', until = '' }: HashQuery) {
  const [first, last] = [dateOf(from), dateOf(until)]
  if (first === undefined || last === undefined) return undefined
  const [fromMs, untilMs] = [dayStart(first, 0), dayStart(last, 1)]
  const longest = dayStart(first, mostDays)
  return untilMs > fromMs ? { fromMs, untilMs: Math.min(untilMs, longest) } : undefined
}

function dateOf(day: string): Date | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)
  const [, year, month, date] = match ?? []
  const found = new Date(Number(year), Number(month) - 1, Number(date))
  return found.getTime() >= 0 ? found : undefined
}

/** Midnight of the day so many days later; a day may have 23 or 25 hours. */
function dayStart(day: Date, later: number): number {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + later).getTime()
}

/** `2026-01-31`, the day of a moment. */
export function dayText(ms: number): string {
  const day = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}

/** What the gateway is asked. */
export function questionOf({ fromMs, untilMs, bucket }: Range, query: HashQuery, timeZone: string): string {
  const { agent = '', edge = '', language = '' } = query
  return textOf({ from: String(fromMs), until: String(untilMs), bucket, tz: timeZone, agent, edge, language })
}

/** Where the conversations behind a figure are. */
export function sessionsHref({ fromMs, untilMs }: Range, query: HashQuery, more: HashQuery = {}): string {
  const { agent = '', edge = '', language = '' } = query
  const days = { from: dayText(fromMs), until: dayText(untilMs - 1) }
  return `#/sessions?${textOf({ ...days, agent, edge, language, ...more })}`
}
