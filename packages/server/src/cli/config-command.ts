import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

/** `parley config check`: every setting as it is, where it came from, and everything wrong with it. */
export function addConfigCommand(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  const config = program.command('config').description('look at the settings')
  config
    .command('check')
    .description('show every setting and name everything wrong; exit 2 when something is')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { runConfigCheck } = await import('./config-action.js')
      end(runConfigCheck(terminal, json === true))
    })
}
