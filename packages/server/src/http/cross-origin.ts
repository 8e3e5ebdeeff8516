import { originAllowed } from '@parley/platform'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { foreignOrigin } from '../door/refusals.js'

/**
 * The Origin rule for HTTP, the same as for sockets: a page that is not allowed is refused, not merely left without
 * headers. No cookies are used, so credentials are never allowed.
 */
export function createOriginHook(list: readonly string[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { origin, host } = request.headers
    reply.header('vary', 'Origin')
    if (!originAllowed(origin, list, host)) throw foreignOrigin(origin)
    if (origin !== undefined) reply.header('access-control-allow-origin', origin)
    if (request.method !== 'OPTIONS') return undefined
    if (request.headers['access-control-request-method'] !== undefined) {
      reply.headers({
        'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '600',
      })
    }
    return reply.header('allow', 'GET, HEAD, OPTIONS').code(204).send()
  }
}
