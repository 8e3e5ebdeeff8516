/** The figures as tables for spreadsheets: each list of the answer is one, with its columns by name. */

import { usedKinds } from '@parley/core'
import type { AnalyticsAnswer } from './analytics-schemas.js'

export const tableNames = [
  'over-time',
  'stages',
  'providers',
  'interruptions',
  'interrupted-after',
  'talk',
  'endings',
  'turns',
  'lengths',
  'groups',
  'decisions',
  'tools',
  'usage',
  'tokens',
  'calls',
] as const
export type TableName = (typeof tableNames)[number]

type Cell = string | number | null
type Row = Readonly<Record<string, Cell>>

/** The name of each column, in their order, and the rows. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

const points = ['rows', 'p50', 'p90', 'p95', 'p99'] as const
const sums = ['sessions', 'minutes', 'turns', 'replies', 'interrupted'] as const
const latency = points.map(point => `latency ${point}`)

export function tableOf(name: TableName, answer: AnalyticsAnswer): Table {
  const { endings, costs } = answer
  switch (name) {
    case 'over-time':
      return {
        columns: ['began', ...sums, ...latency],
        rows: answer.overTime.map(row => ({ began: new Date(row.atMs).toISOString(), ...flat(row) })),
      }
    case 'stages':
      return { columns: ['stage', ...points], rows: answer.latency.stages }
    case 'providers':
      return { columns: ['stage', 'slot', 'provider', 'model', ...points], rows: answer.latency.providers }
    case 'interruptions':
      return { columns: ['ruling', ...points], rows: answer.interruptions.rulings }
    case 'interrupted-after':
      return { columns: ['fromMs', 'replies'], rows: answer.interruptions.heard }
    case 'talk':
      return { columns: ['fromShare', 'sessions'], rows: answer.talk.shares }
    case 'endings':
      return { columns: ['reason', 'after', 'sessions'], rows: endings.reasons }
    case 'turns':
      return { columns: ['turns', 'sessions'], rows: endings.byTurns }
    case 'lengths':
      return { columns: ['fromSeconds', 'sessions'], rows: endings.bySeconds }
    case 'groups':
      return { columns: ['by', 'name', ...sums, 'failed', ...latency], rows: answer.groups.map(flat) }
    case 'decisions':
      return { columns: ['by', 'cause', 'outcome', ...points], rows: answer.decisions }
    case 'tools':
      return { columns: ['name', 'calls', 'failed'], rows: answer.tools }
    case 'usage':
      return {
        columns: [
          ...['agent', 'slot', 'provider', 'model', 'sessions', ...usedKinds],
          ...[...usedKinds.map(wastedName), 'requests', 'uncounted', 'cost', 'wastedCost', 'currency'],
        ],
        rows: costs.usage.map(({ used, wasted, ...row }) => ({
          ...row,
          ...used,
          ...Object.fromEntries(usedKinds.map(kind => [wastedName(kind), wasted[kind]])),
          currency: row.cost === null ? null : costs.currency,
        })),
      }
    case 'tokens':
      return {
        columns: [
          ...[
            'agent',
            'slot',
            'provider',
            'model',
            'replies',
            'counted',
            'inputTokens',
            'outputTokens',
            'cost',
          ],
          'currency',
        ],
        rows: costs.tokens.map(row => ({ ...row, currency: row.cost === null ? null : costs.currency })),
      }
    case 'calls':
      return { columns: ['what', 'rows', 'micros', 'unsettled'], rows: costs.calls }
    default:
      return name satisfies never
  }
}

function flat<Figures extends { readonly latency: AnalyticsAnswer['latency']['total'] }>({
  latency: times,
  ...row
}: Figures): Omit<Figures, 'latency'> & Row {
  const named = points.map(point => [`latency ${point}`, times[point]] as const)
  return Object.assign({}, row, Object.fromEntries(named)) as Omit<Figures, 'latency'> & Row
}

const wastedName = (kind: string) => `wasted ${kind}`

/** RFC 4180 with a line of names first; what nobody knows is an empty cell. */
export function csvOf({ columns, rows }: Table): string {
  const lines = rows.map(row => columns.map(column => cell(row[column] ?? null)).join(','))
  return [columns.join(','), ...lines, ''].join('\r\n')
}

/** What a spreadsheet would run as a formula is text to it: names come from outside. */
function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
