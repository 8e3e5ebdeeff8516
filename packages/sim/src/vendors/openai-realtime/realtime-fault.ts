/** What the vendor says when it refuses, in its own words, and what a simulated fault becomes on an open socket. */

import type { SimFault } from '../vendor-sim.js'
import type { RealtimePeer } from './realtime-peer.js'

export interface RealtimeFault {
  readonly type: string
  readonly code: string
  readonly message: string
  readonly param?: string
}

export function invalidRequest(code: string, message: string, param?: string): RealtimeFault {
  return { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) }
}

export function unknownParameter(param: string): RealtimeFault {
  return invalidRequest('unknown_parameter', `Unknown parameter: '${param}'.`, param)
}

export function missingParameter(param: string): RealtimeFault {
  return invalidRequest('missing_required_parameter', `Missing required parameter: '${param}'.`, param)
}

export function invalidValue(param: string, message: string): RealtimeFault {
  return invalidRequest('invalid_value', message, param)
}

/** One response at a time writes to the conversation. */
export function busy(id: string): RealtimeFault {
  return invalidRequest(
    'conversation_already_has_active_response',
    `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
  )
}

/** The server's own failure. */
export const serverError: RealtimeFault = {
  type: 'server_error',
  code: 'server_error',
  message: 'The server had an error while processing your request. Sorry about that!',
}

/**
 * Lets a fault strike in the middle of an answer. Undefined: the socket has been dealt with and the answer is over.
 * Otherwise the answer is to fail with this.
 */
export function strikeAnswer(peer: RealtimePeer, fault: SimFault): RealtimeFault | undefined {
  if (peer.socket.fail(fault)) return undefined
  if (fault.kind === 'limited') {
    const seconds = ((fault.retryAfterMs ?? 1_000) / 1000).toFixed(3)
    const message = `Rate limit reached for requests. Please try again in ${seconds}s.`
    return { type: 'requests', code: 'rate_limit_exceeded', message }
  }
  if (fault.kind === 'failing') return serverError
  if (fault.kind === 'unauthorised') refuseKey(peer)
  else expire(peer)
  return undefined
}

/** The key is not good, which is found out when the socket is open. */
export function refuseKey(peer: RealtimePeer): void {
  peer.refuse(invalidRequest('invalid_api_key', 'Incorrect API key provided.'), undefined, true)
  peer.socket.close(3000, 'invalid_request_error.invalid_api_key')
}

/** The longest session is over. */
export function expire(peer: RealtimePeer): void {
  const message = `Your session hit the maximum duration of ${Math.round(peer.sessionMs / 60_000)} minutes.`
  peer.refuse(invalidRequest('session_expired', message), undefined, true)
  peer.socket.close(1001, message)
}
