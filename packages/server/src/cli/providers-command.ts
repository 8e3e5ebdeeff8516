import type { Command } from 'commander'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** `parley providers`: the registry as these settings see it. */
export function addProvidersCommand(program: Command, terminal: Terminal): void {
  program
    .command('providers')
    .description('list what agents can hear, think and speak with, and what is missing for it')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { config } = resolutionOf(terminal)
      const { agentSlots } = await import('@parley/engines')
      const { reportProviders } = await import('../gateway/provider-report.js')
      const reports = reportProviders(config)
      if (json) return terminal.print(JSON.stringify({ providers: reports }, null, 2))
      const width = Math.max(...reports.map(({ name }) => name.length))
      for (const report of reports) {
        const slots = agentSlots.map(slot => (report.slots.includes(slot) ? slot : '-').padEnd(slot.length))
        const { paint } = terminal
        const state = report.missing === '' ? paint.good('ready') : paint.warning(report.missing)
        const more = report.keys > 1 ? `, ${report.keys} keys` : ''
        terminal.print(
          `${report.name.padEnd(width)}  ${slots.join(' ')}  ${state}${more}  ${paint.faint(report.title)}`,
        )
      }
    })
}
