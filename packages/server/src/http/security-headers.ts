import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Headers every answer carries. The policy lets a page run its own scripts, AudioWorklets and WebAssembly and talk to
 * this gateway, and nothing else; the Referrer is off because a token may stand in an address.
 */

const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

export async function securityHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers({
    'content-security-policy': `${policy}; connect-src 'self'${ownSockets(request.headers.host)}`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
    'cross-origin-opener-policy': 'same-origin',
  })
}

/** Browsers that do not count `ws:` of the same host as 'self' need it by name. */
function ownSockets(host: string | undefined): string {
  return host !== undefined && /^[\w.[\]:-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
}
