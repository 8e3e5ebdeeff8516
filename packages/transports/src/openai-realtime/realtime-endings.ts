/** Every way in which a Realtime far end is closed from our side: what it is told, the close code, and the session's share. */
import type { CloseReason, ErrorCode, ParleyError } from '@parley/core'
import { invalidRequest, type RealtimeFault } from '@parley/protocol'

export interface RealtimeClosing {
  readonly code: number
  readonly reason: string
}

export interface RealtimeEnding {
  readonly closing: RealtimeClosing
  /** Told before the close. */
  readonly fault?: RealtimeFault
  readonly tell: CloseReason
  /** For the log: it may hold what the far end must not see. */
  readonly cause?: unknown
}

export function expired(maxSessionMs: number): RealtimeEnding {
  const message = `Your session hit the maximum duration of ${Math.round(maxSessionMs / 60_000)} minutes.`
  return {
    closing: { code: 1001, reason: message },
    fault: invalidRequest('session_expired', message),
    tell: 'expired',
  }
}

export function draining(): RealtimeEnding {
  return { closing: { code: 1001, reason: 'draining' }, tell: 'draining' }
}

export function tooMany(perSecond: number): RealtimeEnding {
  const message = `Over ${perSecond} events a second; send larger ones.`
  return {
    closing: { code: 1008, reason: 'rate_limit_exceeded' },
    fault: invalidRequest('rate_limit_exceeded', message),
    tell: 'protocol',
  }
}

export function queueFull(): RealtimeEnding {
  const message =
    'More events wait than this server keeps; wait for `session.updated`, and send sound in its time.'
  return {
    closing: { code: 1008, reason: 'too_many_waiting' },
    fault: invalidRequest('rate_limit_exceeded', message),
    tell: 'protocol',
  }
}

export function slowReader(): RealtimeEnding {
  return { closing: { code: 1013, reason: 'slow_consumer' }, tell: 'client' }
}

/** No pong: nothing can be said to it. */
export function silent(): RealtimeEnding {
  return { closing: { code: 1006, reason: 'silent' }, tell: 'client' }
}

export function betaShape(): RealtimeEnding {
  return {
    closing: { code: 4000, reason: 'invalid_request_error.beta_api_shape_disabled' },
    fault: invalidRequest(
      'beta_api_shape_disabled',
      'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.',
    ),
    tell: 'protocol',
  }
}

export function openTimeout(): RealtimeEnding {
  return {
    closing: { code: 1013, reason: 'timeout' },
    fault: serverFault('The session could not be opened in time; try again later.'),
    tell: 'error',
  }
}

/** The host would not open a session. */
export function refused({ code, message }: ParleyError): RealtimeEnding {
  const known = refusals[code]
  if (known === undefined) return { ...ours(undefined), closing: { code: 1011, reason: code } }
  return {
    closing: { code: known, reason: code },
    fault: invalidRequest(code === 'rate_limited' ? 'rate_limit_exceeded' : code, message),
    tell: 'error',
  }
}

const refusals: Readonly<Partial<Record<ErrorCode, number>>> = {
  not_found: 1008,
  forbidden: 1008,
  unauthenticated: 3000,
  rate_limited: 1008,
  overloaded: 1013,
  draining: 1001,
  timeout: 1013,
}

/** A fault of ours. */
export function ours(cause: unknown): RealtimeEnding {
  return {
    closing: { code: 1011, reason: 'internal' },
    fault: serverFault('The server had an error while processing your request.'),
    tell: 'error',
    ...(cause === undefined ? {} : { cause }),
  }
}

/** The session closed the leg. */
export function bySession(reason: CloseReason): RealtimeEnding {
  const tell = reason
  switch (reason) {
    case 'expired': {
      const message = 'Your session hit its maximum duration.'
      return {
        closing: { code: 1001, reason: message },
        fault: invalidRequest('session_expired', message),
        tell,
      }
    }
    case 'idle': {
      const message = 'Nothing was heard or sent for the idle time.'
      return { closing: { code: 1001, reason: 'idle' }, fault: invalidRequest('session_idle', message), tell }
    }
    case 'draining':
    case 'handed-over':
      return { ...draining(), tell }
    case 'hang-up':
    case 'client':
      return { closing: { code: 1000, reason }, tell }
    case 'protocol':
    case 'replaced':
    case 'taken-over':
      return { closing: { code: 1008, reason }, tell }
    case 'lost':
      return { closing: { code: 1001, reason }, tell }
    case 'error':
      return ours(undefined)
    default:
      return reason satisfies never
  }
}

function serverFault(message: string): RealtimeFault {
  return { type: 'server_error', code: 'server_error', message }
}
