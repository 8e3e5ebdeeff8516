import { loadScript, type Script, scriptGrammar } from '@parley/engines'
import { findPocketsphinx, knownWords } from '@parley/providers'
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
      const script = await loadScript(file)
      const unheard = await unheardWords(script)
      if (unheard.length > 0) {
        const cure = 'rephrase them, or this agent takes typed turns only'
        terminal.print(terminal.paint.warning(`No pronunciation for: ${unheard.join(', ')}; ${cure}.`))
      }
      terminal.print(terminal.paint.good(`${file} is good.`))
    })
}

/** Words of the agent's phrases that cannot be recognised here; none where nothing is recognised anyway. */
async function unheardWords(script: Script): Promise<readonly string[]> {
  const recogniser = await findPocketsphinx()
  if (!recogniser.available || !/^en(-|$)/i.test(script.language)) return []
  const { unknown } = await knownWords(scriptGrammar(script).words, recogniser.model)
  return unknown
}
