import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

/** `parley db`: the schema of the database that `parley start` would use. */
export function addDbCommand(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  const db = program.command('db').description('look after the database')
  db.command('migrate')
    .description('bring the database up to this version')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { runMigrate } = await import('./db-action.js')
      await runMigrate(terminal, json === true)
    })
  db.command('status')
    .description('show the version of the database; exit 1 when it lacks migrations')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { runStatus } = await import('./db-action.js')
      end(await runStatus(terminal, json === true))
    })
}
