/** Prints a score for people. */
import { type Line, percent } from './goals.js'
import type { GroupScore } from './score.js'

export function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ measure, figure, n, goal = '', reached }) => [
    measure,
    figure,
    String(n),
    goal,
    reached === undefined ? '' : reached ? '✓ reached' : '✗ missed',
  ])
  return align([['measure', 'figure (95 % interval)', 'n', 'goal', ''], ...rows])
}

/** How often the agent stopped, by what was heard over which background. */
export function groupTableOf(groups: readonly GroupScore[]): string {
  const sorted = [...groups].sort(
    (a, b) =>
      Number(b.stop) - Number(a.stop) ||
      a.scenario.localeCompare(b.scenario) ||
      order(a.background) - order(b.background),
  )
  const rows = sorted.map(({ scenario, background, stop, stopped }) => [
    scenario,
    background,
    stop ? 'stop' : 'go on',
    percent(stopped),
    String(stopped.of),
  ])
  return align([['sound', 'background', 'should', 'stopped', 'n'], ...rows])
}

function order(background: string): number {
  if (background === 'clear') return 0
  return background.startsWith('echo') ? 10 : 6 - Number.parseInt(background, 10) / 5
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
