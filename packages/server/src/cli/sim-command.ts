import type { SimBehaviour, SimFault } from '@parley/sim'
import { type Command, InvalidArgumentError } from 'commander'
import { createLog } from '../log/log.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

interface SimFlags {
  readonly port: number
  readonly latency?: number
  readonly jitter?: number
  readonly every?: number
  readonly fault?: string
  readonly json?: true
}

/** `parley sim`: vendors on this machine, for tests and work without a network. */
export function addSimCommand(program: Command, terminal: Terminal, host: NodeJS.Process): void {
  program
    .command('sim')
    .description(
      'simulate vendors on this machine until Ctrl-C, and print the variables that lead a gateway there',
    )
    .argument('[vendors...]', 'which ones; all without')
    .option('--port <number>', 'ports are counted from here; 0 lets the system choose', wholeNumber, 4100)
    .option('--latency <ms>', 'from a request to the first token or sound', wholeNumber)
    .option('--every <ms>', 'between two tokens or chunks', wholeNumber)
    .option('--jitter <ms>', 'added to both at random, up to this', wholeNumber)
    .option('--fault <fault>', 'what goes wrong, such as limited@connect or drop@middle,after=3,times=1')
    .option('--json', 'as one JSON document')
    .action(async (names: readonly string[], flags: SimFlags) => {
      const { config } = resolutionOf(terminal)
      const log = createLog({ config: { ...config, logLevel: 'error' }, out: host.stderr, err: host.stderr })
      // Simulators are many files, and other commands are to start without them.
      const [{ openSims }, { readFault }] = await Promise.all([
        import('../sim/open-sims.js'),
        import('../sim/sim-fault.js'),
      ])
      const behaviour = behaviourOf(flags, readFault)
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
    })
}

function behaviourOf(
  { latency, every, jitter, fault }: SimFlags,
  readFault: (text: string) => SimFault,
): Partial<SimBehaviour> {
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

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}
