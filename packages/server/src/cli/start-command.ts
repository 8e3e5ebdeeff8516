import type { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** `parley start`: the gateway, until it is told to stop. */
export function addStartCommand(program: Command, terminal: Terminal, host: NodeJS.Process): void {
  program
    .command('start')
    .description('start the gateway and stay until SIGTERM or Ctrl-C')
    .action(async () => {
      const { runStart } = await import('./start-action.js')
      await runStart(terminal, host)
    })
}
