import { type Scope, scopes, usualScopes } from '@parley/platform/principal'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationMs } from '../config/duration-text.js'
import type { Terminal } from './terminal.js'

export interface TokenFlags {
  readonly tenant: string
  readonly subject: string
  readonly scope?: readonly Scope[]
  readonly ttl: number
}

/** `parley token create`: a token for this gateway's own JWT_SECRET, alone on a line, so that scripts can take it. */
export function addTokenCommand(program: Command, terminal: Terminal): void {
  const token = program.command('token').description('make tokens')
  token
    .command('create')
    .description('sign a token with JWT_SECRET')
    .requiredOption('--tenant <name>', 'tenant the token belongs to', name)
    .option('--subject <name>', 'user the token names', name, 'cli')
    .addOption(
      new Option('--scope <names...>', `what it allows; ${usualScopes.join(' and ')} without it`).choices([
        ...scopes,
      ]),
    )
    .option('--ttl <time>', 'how long it is valid, such as 15m, 12h or 7d', seconds, 3600)
    .action(async (flags: TokenFlags) => {
      const { runTokenCreate } = await import('./token-action.js')
      await runTokenCreate(terminal, flags)
    })
}

function name(value: string): string {
  if (/^[\w.@:|+-]{1,128}$/.test(value)) return value
  throw new InvalidArgumentError('Give 1–128 letters, digits or . @ : | + - _')
}

function seconds(value: string): number {
  const ms = durationMs(value, { minMs: 1_000, maxMs: 3_650 * 86_400_000 })
  if (ms !== undefined) return Math.floor(ms / 1000)
  throw new InvalidArgumentError('Give a time such as 15m, 12h or 7d.')
}
