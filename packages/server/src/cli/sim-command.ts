import { type Command, InvalidArgumentError } from 'commander'
import type { Terminal } from './terminal.js'

export interface SimFlags {
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
      const { runSim } = await import('./sim-action.js')
      await runSim(names, flags, terminal, host)
    })
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}
