import type { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** `parley models`: models of local recognisers. */
export function addModelsCommand(program: Command, terminal: Terminal): void {
  const models = program.command('models').description('models of recognisers on this machine')
  models
    .command('list')
    .description('what can be pulled, and what is there')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { runModelsList } = await import('./models-action.js')
      await runModelsList(terminal, json === true)
    })
  models
    .command('pull')
    .description('download a model, resumed where it broke off, and check it')
    .argument('<name>', 'as `parley models list` names it')
    .option('--unpinned', 'also take files whose checksum the catalogue does not know')
    .action(async (name: string, { unpinned }: { unpinned?: true }) => {
      const { runModelsPull } = await import('./models-action.js')
      await runModelsPull(terminal, name, unpinned === true)
    })
}
