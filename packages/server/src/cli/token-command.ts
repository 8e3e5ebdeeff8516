import { ParleyError } from '@parley/core'
import { type Scope, scopes, usualScopes } from '@parley/platform/principal'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { duration } from '../config/kinds.js'
import { settingsOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

interface TokenFlags {
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
    .action(async ({ tenant, subject, scope, ttl }: TokenFlags) => {
      const { jwtSecret: secret, jwtIssuer: issuer, jwtAudience: audience } = settingsOf(terminal)
      if (secret === undefined) {
        throw new ParleyError(
          'bad_config',
          'Tokens are signed with JWT_SECRET; set it (at least 32 characters).',
        )
      }
      const { signToken } = await import('@parley/platform')
      const request = { secret, tenant, subject, ttlSeconds: ttl, scopes: scope, issuer, audience }
      terminal.print(await signToken(request))
    })
}

function name(value: string): string {
  if (/^[\w.@:|+-]{1,128}$/.test(value)) return value
  throw new InvalidArgumentError('Give 1–128 letters, digits or . @ : | + - _')
}

function seconds(value: string): number {
  const kind = duration({ minMs: 1_000, maxMs: 3_650 * 86_400_000 })
  const parsed = kind.schema.safeParse(value)
  if (parsed.success) return Math.floor(parsed.data / 1000)
  throw new InvalidArgumentError('Give a time such as 15m, 12h or 7d.')
}
