import type { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** `parley providers`: the registry as these settings see it. */
export function addProvidersCommand(program: Command, terminal: Terminal): void {
  program
    .command('providers')
    .description('list what agents can hear, think and speak with, and what is missing for it')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { runProviders } = await import('./providers-action.js')
      runProviders(terminal, json === true)
    })
}
