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

/**
 * The door of an API route: rate first, because checking tokens costs, then identity and scope: one of several will do, and
 * an empty list asks for none.
 */
export type Guard = (request: FastifyRequest, scope: Scope | readonly Scope[]) => Promise<Principal>

/** The door of a route that needs no token: rate alone. */
export type Knock = (request: FastifyRequest) => Promise<void>

export interface GuardOptions {
  readonly identity: Identity
  readonly limits: Limits
  readonly config: Pick<Config, 'trustProxy'>
}

export function createGuard({ identity, limits, config }: GuardOptions): Guard {
  const knock = createKnock({ limits, config })
  return async (request, scope) => {
    await knock(request)
    const { headers, raw } = request
    const peer = raw.socket.remoteAddress ?? ''
    const principal = await identity.verify(tokenOf(headers, raw.url), remoteOf(peer, headers))
    const enough = typeof scope === 'string' ? [scope] : scope
    if (enough.length === 0 || enough.some(each => hasScope(principal, each))) return principal
    throw new ParleyError('forbidden', `The token lacks the scope ${enough.join(' or ')}.`)
  }
}

export function createKnock({ limits, config }: Omit<GuardOptions, 'identity'>): Knock {
  const clientAddress = createClientAddress(config.trustProxy)
  return async ({ headers, raw }) => {
    const verdict = await limits.request(clientAddress(raw.socket.remoteAddress ?? '', headers))
    if (!verdict.ok) throw limited(verdict.limit, verdict.retryAfterMs)
  }
}
