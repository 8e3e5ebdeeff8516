import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ParleyError } from '@parley/core'
import type { LimitName } from '@parley/platform'
import { retryAfter } from '../http/problems.js'

/** The ways a socket is refused before it is one, as plain HTTP answers. */

const limitSentences: Readonly<Record<LimitName, string>> = {
  rate: 'Too many requests from this address; wait for the time given in Retry-After.',
  connections: 'This address holds as many connections as it may; close one first.',
  sessions: 'This user holds as many conversations as allowed; end one first.',
}

export function limited(limit: LimitName, retryAfterMs: number): ParleyError {
  return new ParleyError('rate_limited', limitSentences[limit], {
    retryable: true,
    details: { retryAfterMs },
  })
}

export function full(): ParleyError {
  return new ParleyError('overloaded', undefined, { retryable: true, details: { retryAfterMs: 5_000 } })
}

export function leaving(): ParleyError {
  return new ParleyError('draining', undefined, { retryable: true, details: { retryAfterMs: 1_000 } })
}

export function foreignOrigin(origin: string | undefined): ParleyError {
  const shown = (origin ?? '').slice(0, 200)
  return new ParleyError('forbidden', `Pages of ${shown} may not use this gateway; add it to CORS_ORIGINS.`)
}

/** Writes the answer to a raw socket and ends it. The client learns the code and its cure, nothing else. */
export function refuse(
  socket: Duplex,
  error: ParleyError,
  { status, body: shape }: { readonly status: number; readonly body: object },
): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(shape)
  const headers: Record<string, string> = {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-content-type-options': 'nosniff',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 426 ? { upgrade: 'websocket' } : {}),
    ...retryAfter(error),
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${body}`)
}
