import { ParleyError } from '@parley/core'
import { settingsOf } from './settings-of.js'
import type { Terminal } from './terminal.js'
import type { TokenFlags } from './token-command.js'

/** What `parley token create` does. @throws ParleyError `bad_config` without JWT_SECRET */
export async function runTokenCreate(
  terminal: Terminal,
  { tenant, subject, scope, ttl }: TokenFlags,
): Promise<void> {
  const { jwtSecret: secret, jwtIssuer: issuer, jwtAudience: audience } = settingsOf(terminal)
  if (secret === undefined) {
    throw new ParleyError('bad_config', 'Tokens are signed with JWT_SECRET; set it (at least 32 characters).')
  }
  const { signToken } = await import('@parley/platform')
  const request = { secret, tenant, subject, ttlSeconds: ttl, scopes: scope, issuer, audience }
  terminal.print(await signToken(request))
}
