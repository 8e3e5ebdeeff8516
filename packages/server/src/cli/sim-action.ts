import type { SimBehaviour } from '@parley/sim'
import { createLog } from '../log/log.js'
import { openSims } from '../sim/open-sims.js'
import { readFault } from '../sim/sim-fault.js'
import { resolutionOf } from './settings-of.js'
import type { SimFlags } from './sim-command.js'
import type { Terminal } from './terminal.js'

/** What `parley sim` does. Resolves once it was told to stop. @throws ParleyError as `openSims` and `readFault` */
export async function runSim(
  names: readonly string[],
  flags: SimFlags,
  terminal: Terminal,
  host: NodeJS.Process,
): Promise<void> {
  const { config } = resolutionOf(terminal)
  const log = createLog({ config: { ...config, logLevel: 'error' }, out: host.stderr, err: host.stderr })
  const behaviour = behaviourOf(flags)
  const running = await openSims({ names, port: flags.port, behaviour, log })
  if (flags.json) {
    const sims = running.sims.map(({ vendor, sim }) => ({ vendor: vendor.name, baseUrl: sim.baseUrl }))
    terminal.print(JSON.stringify({ sims, variables: Object.fromEntries(running.variables) }, null, 2))
  } else {
    terminal.print(
      terminal.paint.faint('# Simulated vendors. Put these lines before a command, or into .env:'),
    )
    for (const [name, value] of running.variables) terminal.print(`${name}=${value}`)
    terminal.print(terminal.paint.faint('# Ctrl-C ends them.'))
  }
  await stopped(host)
  for (const { vendor, sim } of running.sims)
    for (const complaint of sim.complaints) terminal.complain(`${vendor.name}: ${complaint}`)
  await running.close()
}

function behaviourOf({ latency, every, jitter, fault }: SimFlags): Partial<SimBehaviour> {
  return {
    ...(latency === undefined ? {} : { firstMs: latency }),
    ...(every === undefined ? {} : { everyMs: every }),
    ...(jitter === undefined ? {} : { jitterMs: jitter }),
    ...(fault === undefined ? {} : { fault: readFault(fault) }),
  }
}

function stopped(host: NodeJS.Process): Promise<void> {
  return new Promise(resolve => {
    host.once('SIGINT', () => resolve())
    host.once('SIGTERM', () => resolve())
  })
}
