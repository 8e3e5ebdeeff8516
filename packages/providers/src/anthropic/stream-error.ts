/** Errors that Anthropic tells in the middle of a stream, where no status does: its types have statuses of their own. */

import type { ParleyError } from '@parley/core'
import { refusalError } from '../wire/vendor-error.js'

const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** Of `{type: 'error', error: {type, message}}`, with or without `request_id`. */
export function anthropicError(body: unknown): ParleyError {
  const { error } = (body ?? {}) as { readonly error?: { readonly type?: string } }
  return refusalError('Anthropic', { status: statuses[error?.type ?? ''] ?? 500, body: { error } })
}
