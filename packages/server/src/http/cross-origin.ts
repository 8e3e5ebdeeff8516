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
    if (origin !== undefined)
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers':
          'location, link, retry-after, accept-ranges, content-range, etag, x-cache, x-voice, x-sample-rate',
      })
    if (request.method !== 'OPTIONS') return undefined
    if (request.headers['access-control-request-method'] !== undefined) {
      reply.headers({
        'access-control-allow-methods': 'GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS',
        'access-control-allow-headers': allowedHeaders(request.headers['access-control-request-headers']),
        'access-control-max-age': '600',
      })
    }
    return reply.header('allow', 'GET, HEAD, OPTIONS').code(204).send()
  }
}

/** Keys of requests, where a follower goes on, parts of recordings, which ICE session is meant. */
const ours: ReadonlySet<string> = new Set([
  'idempotency-key',
  'last-event-id',
  'range',
  'if-range',
  'if-match',
])

/**
 * What a page asks for, as far as it may: what SDKs say of themselves is theirs to choose, and no header but the token
 * gives a right.
 */
function allowedHeaders(asked: string | undefined): string {
  const always = ['authorization', 'content-type']
  const more = (asked ?? '')
    .toLowerCase()
    .split(',')
    .map(each => each.trim())
    .filter(each => ours.has(each) || /^(openai|x-openai|x-stainless)-[a-z0-9-]{1,60}$/.test(each))
  return [...always, ...new Set(more.slice(0, 40))].join(', ')
}
