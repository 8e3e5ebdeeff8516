/** Anthropic's error envelope. */

import type { SimFaultKind } from '../vendor-sim.js'

export interface AnthropicError {
  readonly status: number
  readonly message: string
}

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

export function anthropicErrorBody(
  { status, message }: AnthropicError,
  requestId: string | null = null,
): unknown {
  return { type: 'error', error: { type: types[status] ?? 'api_error', message }, request_id: requestId }
}

/** What a fault is called in the middle of a stream. */
export function anthropicErrorOfFault(kind: SimFaultKind): AnthropicError {
  if (kind === 'limited')
    return { status: 429, message: 'This request would exceed the rate limit of your organization.' }
  if (kind === 'unauthorised') return { status: 401, message: 'invalid x-api-key' }
  if (kind === 'expired') return { status: 504, message: 'The request took too long.' }
  return { status: 529, message: 'Overloaded' }
}
