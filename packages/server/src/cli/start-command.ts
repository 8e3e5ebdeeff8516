import type { Command } from 'commander'
import { readEnvironment } from '../config/environment.js'
import { createLog } from '../log/log.js'
import { readVersion } from '../version.js'
import { goodSettings } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** `parley start`: the gateway, until it is told to stop. */
export function addStartCommand(program: Command, terminal: Terminal, host: NodeJS.Process): void {
  program
    .command('start')
    .description('start the gateway and stay until SIGTERM or Ctrl-C')
    .action(async () => {
      const { config, ...settings } = goodSettings(terminal)
      const version = readVersion()
      const log = createLog({ config, out: host.stdout, err: host.stderr })
      // Loaded when needed, so that the other commands start at once.
      const { startGateway } = await import('../start-gateway.js')
      const environment = readEnvironment(terminal.env, terminal.folder)
      const secretOf = (name: string) => environment.get(name)?.text
      const { urls, notices, parts } = await startGateway({ config, log, version, host, secretOf, settings })
      for (const notice of notices) log.info(notice)
      const facts = { version, health: `${urls[0]}/health`, database: parts.store.kind }
      log.info(facts, `Parley listens on ${urls.join(', ')}`)
    })
}
