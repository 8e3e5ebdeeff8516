/** What faults do to a request over HTTP/2, and how AWS names those that it words. */

import type { SimFault } from '../vendor-sim.js'
import type { H2Exchange } from './h2-server.js'

/** The names of errors that carry the meaning of a fault, with their statuses. */
export const awsFaults = {
  limited: { status: 429, name: 'ThrottlingException', message: 'Rate exceeded' },
  failing: { status: 500, name: 'InternalFailure', message: 'An internal error occurred.' },
  unauthorised: { status: 403, name: 'ExpiredTokenException', message: 'The security token is expired.' },
  expired: { status: 408, name: 'RequestTimeoutException', message: 'The request timed out.' },
} as const

/** Whether the service words this fault itself. */
export function isWorded(kind: SimFault['kind']): kind is keyof typeof awsFaults {
  return kind in awsFaults
}

/** What a fault does to a request. False: an answer has begun and the service must word it. */
export function failStream({ stream, refuse }: H2Exchange, fault: SimFault): boolean {
  if (isWorded(fault.kind)) {
    if (stream.headersSent) return false
    const { status, name, message } = awsFaults[fault.kind]
    refuse(status, name, message, waitOf(fault))
    return true
  }
  if (fault.kind === 'hang' || fault.kind === 'drip') return true
  if (fault.kind === 'refuse') stream.session?.destroy()
  else if (fault.kind === 'close') {
    if (!stream.headersSent) stream.respond({ ':status': 200 })
    stream.close(fault.code ?? 2)
  } else {
    if (!stream.headersSent) stream.respond({ ':status': 200, 'content-type': 'application/json' })
    // Either a message of a length that cannot be, or the beginning of one that never ends.
    const bytes =
      fault.kind === 'garbage' ? Buffer.from('}{ this is no message') : Buffer.from([0, 0, 1, 0, 0, 0])
    if (fault.kind === 'garbage') stream.end(bytes)
    else stream.write(bytes, () => stream.session?.destroy())
  }
  return true
}

function waitOf({ retryAfterMs }: SimFault): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
}
