import type { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** `parley agent check`: reads an agent file as the gateway would and names every mistake with its line. */
export function addAgentCommand(program: Command, terminal: Terminal): void {
  const agent = program.command('agent').description('look at agent files')
  agent
    .command('check')
    .description('read an agent file and name its mistakes by line; exit 2 when it has any')
    .argument('<file>', 'the YAML file')
    .action(async (file: string) => {
      const [{ resolutionOf }, { checkAgent }] = await Promise.all([
        import('./settings-of.js'),
        import('../agent-check/check-agent.js'),
      ])
      await checkAgent(file, resolutionOf(terminal).config, terminal)
    })
}
