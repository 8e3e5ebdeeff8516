import { agentSlots } from '@parley/engines'
import { reportProviders } from '../gateway/provider-report.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley providers` does. */
export function runProviders(terminal: Terminal, json: boolean): void {
  const reports = reportProviders(resolutionOf(terminal).config)
  if (json) return terminal.print(JSON.stringify({ providers: reports }, null, 2))
  const { paint } = terminal
  const width = Math.max(...reports.map(({ name }) => name.length))
  for (const report of reports) {
    const slots = agentSlots.map(slot => (report.slots.includes(slot) ? slot : '-').padEnd(slot.length))
    const state = report.missing === '' ? paint.good('ready') : paint.warning(report.missing)
    const more = report.keys > 1 ? `, ${report.keys} keys` : ''
    terminal.print(
      `${report.name.padEnd(width)}  ${slots.join(' ')}  ${state}${more}  ${paint.faint(report.title)}`,
    )
  }
}
