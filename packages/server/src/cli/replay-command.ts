import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

/** `parley replay`: runs a recorded session again; exit 0 when it does the same, 1 when not, 2 for a bad file. */
export function addReplayCommand(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('replay')
    .description('run a recorded session again and compare; exit 1 when anything differs')
    .argument('<log>', 'a file of the folder PARLEY_SESSION_LOG, or the folder for its newest')
    .option('--with <policy>', 'a YAML file of turn-taking: show what it would have decided')
    .option('--json', 'as one JSON document')
    .action(async (path: string, options: { readonly with?: string; readonly json?: true }) => {
      const { runReplay } = await import('./replay-action.js')
      end(await runReplay({ path, policyFile: options.with, json: options.json === true }, terminal))
    })
}
