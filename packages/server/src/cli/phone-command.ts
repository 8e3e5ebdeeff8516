import { HANDSET_NUMBER } from '@parley/protocol/handset-facts'
import { type Command, InvalidArgumentError } from 'commander'
import { durationMs } from '../config/duration-text.js'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

export interface PhoneFlags {
  readonly number: string
  readonly call?: string
  readonly answer?: true
  readonly wav?: string
  readonly once?: true
  readonly url?: string
  readonly token?: string
  readonly save?: string
  readonly jitter?: number
  readonly loss?: number
  readonly wait: number
  readonly json?: true
}

/** `parley phone`: a telephone at the phone emulator of a running gateway. */
export function addPhoneCommand(
  program: Command,
  terminal: Terminal,
  host: NodeJS.Process,
  end: (code: ExitCode) => void,
): void {
  program
    .command('phone')
    .description('a telephone at the phone emulator of a running gateway: dial it, or be called by it')
    .option('--number <number>', 'number of this telephone', phoneNumber, HANDSET_NUMBER)
    .option('--call <number>', 'dial this number', phoneNumber)
    .option('--answer', 'answer by itself (always so where nobody is at the keyboard)')
    .option('--wav <file.wav>', 'what to say once the other side is quiet')
    .option('--once', 'end after one call; with --wav, hang up after the answer')
    .option('--url <url>', 'the gateway (default: this machine, PORT)')
    .option('--token <token>', 'token to bring (default: PARLEY_TOKEN)')
    .option('--save <heard.wav>', 'keep what was heard')
    .option('--jitter <ms>', 'network: more delay, up to this', upTo(2_000))
    .option('--loss <percent>', 'network: frames that are lost', upTo(100))
    .option('--wait <time>', 'longest wait for a ring, a connection and an answer', waitMs, 30_000)
    .option('--json', 'one JSON document at the end instead of lines')
    .action(async (flags: PhoneFlags) => {
      const { runPhoneCommand } = await import('./phone-action.js')
      end(await runPhoneCommand(terminal, host, flags))
    })
}

function phoneNumber(value: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(value)) return value
  throw new InvalidArgumentError('Give a number with + and the country, such as +12025550100.')
}

function upTo(most: number): (value: string) => number {
  return value => {
    if (/^\d{1,4}(\.\d{1,2})?$/.test(value) && Number(value) <= most) return Number(value)
    throw new InvalidArgumentError(`Give a number up to ${most}.`)
  }
}

function waitMs(value: string): number {
  const ms = durationMs(value, { minMs: 1_000, maxMs: 3_600_000 })
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('Give a time such as 30s.')
}
