import { type Command, Option } from 'commander'
import type { DemoLanguage } from '../demo/demo-call.js'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

export interface DemoFlags {
  readonly language: DemoLanguage
  readonly once?: true
  readonly json?: true
}

/** `parley demo`: a gateway, a conversation with it, and then the gateway for whoever wants to try. */
export function addDemoCommand(
  program: Command,
  terminal: Terminal,
  host: NodeJS.Process,
  end: (code: ExitCode) => void,
): void {
  const language = new Option('--language <tag>', 'language of the conversation')
    .choices(['en', 'es'])
    .default('en')
  program
    .command('demo')
    .description('start a gateway, hold a conversation with it, and leave it running')
    .addOption(language)
    .option('--once', 'stop the gateway after the conversation')
    .option('--json', 'one JSON document about the conversation instead of lines')
    .action(async (flags: DemoFlags) => {
      const { runDemoCommand } = await import('./demo-action.js')
      end(await runDemoCommand(terminal, host, flags))
    })
}
