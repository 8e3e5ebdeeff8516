/** Prints scores for people. */

import type { Score } from './score.js'

export interface Line {
  readonly name: string
  readonly score: Score
}

export function scoreTable(lines: readonly Line[]): string {
  const rows = lines.map(({ name, score }) => [
    name,
    score.ffe.toFixed(1),
    score.gpe.toFixed(1),
    score.vde.toFixed(1),
    score.cents.toFixed(1),
    score.medianCents.toFixed(1),
    String(score.frames),
  ])
  return align([['', 'FFE %', 'GPE %', 'VDE %', 'fine, cents', 'median', 'frames'], ...rows])
}

/** Columns of one width, numbers to the right, as Markdown has it. */
export function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  const lineOf = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [lineOf(rows[0] ?? []), rule, ...rows.slice(1).map(lineOf)].join('\n')
}
