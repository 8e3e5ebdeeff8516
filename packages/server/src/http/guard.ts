import { ParleyError } from '@parley/core'
import {
  createClientAddress,
  hasScope,
  type Identity,
  type Limits,
  type Principal,
  remoteOf,
  type Scope,
  tokenOf,
} from '@parley/platform'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/settings.js'
import { limited } from '../door/refusals.js'

/** The door of an API route: rate first, because checking tokens costs, then identity and scope. */
export type Guard = (request: FastifyRequest, scope: Scope) => Promise<Principal>

export interface GuardOptions {
  readonly identity: Identity
  readonly limits: Limits
  readonly config: Pick<Config, 'trustProxy'>
}

export function createGuard({ identity, limits, config }: GuardOptions): Guard {
  const clientAddress = createClientAddress(config.trustProxy)
  return async ({ headers, raw }, scope) => {
    const peer = raw.socket.remoteAddress ?? ''
    const verdict = await limits.request(clientAddress(peer, headers))
    if (!verdict.ok) throw limited(verdict.limit, verdict.retryAfterMs)
    const principal = await identity.verify(tokenOf(headers, raw.url), remoteOf(peer, headers))
    if (hasScope(principal, scope)) return principal
    throw new ParleyError('forbidden', `The token lacks the scope ${scope}.`)
  }
}
