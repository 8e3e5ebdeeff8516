import type { Command } from 'commander'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** `parley agent check`: reads an agent file as the gateway would and names every mistake with its line. */
export function addAgentCommand(program: Command, terminal: Terminal): void {
  const agent = program.command('agent').description('look at agent files')
  agent
    .command('check')
    .description('read an agent file and name its mistakes by line; exit 2 when it has any')
    .argument('<file>', 'the YAML file')
    .action(async (file: string) => {
      const { config } = resolutionOf(terminal)
      const { checkAgent } = await import('../agent-check/check-agent.js')
      await checkAgent(file, config, terminal)
    })
}
