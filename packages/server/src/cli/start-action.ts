import { readEnvironment } from '../config/environment.js'
import { errorTrackingOf } from '../error-tracking/error-tracking-of.js'
import { createLog } from '../log/log.js'
import { readVersion } from '../version.js'
import { goodSettings } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley start` does. Resolves once the gateway listens. @throws ParleyError as `startGateway` */
export async function runStart(terminal: Terminal, host: NodeJS.Process): Promise<void> {
  const { config, ...settings } = goodSettings(terminal)
  const version = readVersion()
  const errorTracking = errorTrackingOf(config, version, sentence => log.warn(sentence))
  const onError = errorTracking && { onError: errorTracking.take }
  const log = createLog({ config, out: host.stdout, err: host.stderr, ...onError })
  // Loaded when the settings are good: whoever made a mistake hears of it at once.
  const { startGateway } = await import('../start-gateway.js')
  const environment = readEnvironment(terminal.env, terminal.folder)
  const secretOf = (name: string) => environment.get(name)?.text
  const { urls, notices, parts } = await startGateway({
    ...{ config, log, version, host, secretOf, settings, errorTracking },
  })
  for (const notice of notices) log.info(notice)
  const facts = { version, health: `${urls[0]}/health`, database: parts.store.kind }
  log.info(facts, `Parley listens on ${urls.join(', ')}`)
}
