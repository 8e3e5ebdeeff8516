import type { SimFaultKind } from '../vendor-sim.js'
import type { TextQuirks } from './text-profile.js'

export interface TextError {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly message: string
  readonly param?: string
}

const byStatus: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'not_found'],
  408: ['timeout', 'timeout'],
  429: ['requests', 'rate_limit_exceeded'],
  500: ['server_error', null],
  503: ['unavailable_error', null],
}

export function textError(status: number, message: string, more: Partial<TextError> = {}): TextError {
  const [type, code] = byStatus[status] ?? ['server_error', null]
  return { status, type, code, message, ...more }
}

/** Where codes are never there, the type alone must tell. */
const typesWithoutCode: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
}

/** `{error: …}` as this server writes it. */
export function textErrorBody(
  { status, type, code, message, param }: TextError,
  quirks: TextQuirks,
): unknown {
  if (quirks.errorCode === 'status') return { error: { code: status, message, type } }
  if (quirks.errorCode === 'none')
    return { error: { message, type: typesWithoutCode[status] ?? type, param: null, code: null } }
  return { error: { message, type, param: param ?? null, code } }
}

/** What a fault is called that the vendor words itself. */
export function errorOfFault(kind: SimFaultKind): TextError {
  if (kind === 'limited') return textError(429, 'Rate limit reached for requests.')
  if (kind === 'unauthorised') return textError(401, 'Incorrect API key provided.')
  if (kind === 'expired')
    return textError(400, 'This connection has reached its limit of 60 minutes.', {
      code: 'websocket_connection_limit_reached',
    })
  return textError(500, 'The server had an error while processing your request.')
}
