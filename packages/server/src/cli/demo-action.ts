import { createLog } from '../log/log.js'
import { readVersion } from '../version.js'
import type { DemoFlags } from './demo-command.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { goodSettings } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley demo` does. Resolves after the conversation; the gateway may stay. @throws ParleyError as `runDemo` */
export async function runDemoCommand(
  terminal: Terminal,
  host: NodeJS.Process,
  { language, once, json }: DemoFlags,
): Promise<ExitCode> {
  const { config: given, ...settings } = goodSettings(terminal)
  // People read the conversation here; what goes wrong is still told.
  const config = given.debug ? given : { ...given, logLevel: 'error' as const, logFormat: 'pretty' as const }
  const log = createLog({ config, out: host.stderr, err: host.stderr })
  const { runDemo } = await import('../demo/run-demo.js')
  const { lifecycle } = await runDemo({
    ...{ config, settings, log, terminal, language },
    version: readVersion(),
    stays: once !== true,
    json: json === true,
  })
  if (once) return (await lifecycle.stop('the demo is over')) === 0 ? exitCodes.ok : exitCodes.failure
  lifecycle.watch(host)
  return exitCodes.ok
}
