import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

/** `parley doctor`: what this machine and these settings have and lack, each lack with its cure. */
export function addDoctorCommand(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .description(
      'look at this machine: vendors, speech, databases, ports, memory; exit 1 when something fails',
    )
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { runDoctor } = await import('./doctor-action.js')
      end(await runDoctor(terminal, json === true))
    })
}
