import { type Command, Option } from 'commander'
import type { DemoLanguage } from '../demo/demo-call.js'
import { createLog } from '../log/log.js'
import { readVersion } from '../version.js'
import type { ExitCode } from './exit-codes.js'
import { exitCodes } from './exit-codes.js'
import { goodSettings } from './settings-of.js'
import type { Terminal } from './terminal.js'

interface DemoFlags {
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
      const { config: given, ...settings } = goodSettings(terminal)
      // People read the conversation here; what goes wrong is still told.
      const config = given.debug
        ? given
        : { ...given, logLevel: 'error' as const, logFormat: 'pretty' as const }
      const log = createLog({ config, out: host.stderr, err: host.stderr })
      const { runDemo } = await import('../demo/run-demo.js')
      const version = readVersion()
      const json = flags.json === true
      const stays = flags.once !== true
      const { lifecycle } = await runDemo({
        config,
        settings,
        log,
        version,
        terminal,
        language: flags.language,
        stays,
        json,
      })
      if (flags.once) end((await lifecycle.stop('the demo is over')) === 0 ? exitCodes.ok : exitCodes.failure)
      else lifecycle.watch(host)
    })
}
