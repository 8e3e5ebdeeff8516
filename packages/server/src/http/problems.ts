import { type ErrorCode, ParleyError } from '@parley/core'

/** How an error of the table is told over HTTP: one status per code, one JSON shape, no inner detail. */

const statuses = {
  bad_message: 400,
  bad_audio: 400,
  bad_audio_file: 400,
  bad_session_log: 400,
  bad_config: 500,
  bad_agent: 400,
  bad_grammar: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  rate_limited: 429,
  overloaded: 503,
  too_large: 413,
  timeout: 503,
  session_idle: 408,
  session_expired: 408,
  resume_failed: 410,
  replaced: 409,
  draining: 503,
  recogniser_unavailable: 503,
  recogniser_failed: 503,
  voice_unavailable: 503,
  voice_failed: 503,
  provider_refused: 502,
  provider_limited: 503,
  provider_quota: 502,
  provider_overloaded: 503,
  provider_failed: 502,
  provider_rejected: 502,
  provider_unreachable: 502,
  provider_missing: 503,
  carrier_refused: 502,
  carrier_limited: 503,
  carrier_failed: 502,
  carrier_unreachable: 502,
  bad_number: 400,
  bad_signature: 403,
  call_over: 409,
  conflict: 409,
  budget_spent: 402,
  tool_failed: 502,
  context_failed: 502,
  engine_failed: 502,
  store_unavailable: 503,
  store_locked: 503,
  store_full: 507,
  store_failed: 500,
  port_in_use: 500,
  bad_seal: 400,
  keys_spent: 410,
  encryption_required: 403,
  internal: 500,
} as const

export function statusOf(code: ErrorCode): number {
  const known: Readonly<Partial<Record<ErrorCode, number>>> = statuses
  return known[code] ?? 500
}

export interface ProblemBody {
  readonly error: { readonly code: ErrorCode; readonly message: string }
}

/** What the client may know: a fault of ours is told without its cause. */
export function problemBody(error: ParleyError): ProblemBody {
  return { error: { code: error.code, message: error.message } }
}

/** What anything thrown in a request is for its client. Framework errors carry a `statusCode`. */
export function problemOf(thrown: unknown): { readonly status: number; readonly error: ParleyError } {
  if (thrown instanceof ParleyError) return { status: statusOf(thrown.code), error: thrown }
  const status = clientStatus(thrown)
  if (status === undefined)
    return { status: 500, error: new ParleyError('internal', undefined, { cause: thrown }) }
  const message = thrown instanceof Error ? thrown.message : 'bad request'
  return { status, error: new ParleyError(codeOf(status), message, { cause: thrown }) }
}

function codeOf(status: number): ErrorCode {
  if (status === 413) return 'too_large'
  return status === 404 ? 'not_found' : 'bad_message'
}

function clientStatus(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined
  const status = Number(thrown.statusCode)
  return status >= 400 && status < 500 ? status : undefined
}

/** `Retry-After` in whole seconds, where the error knows one. */
export function retryAfter(error: ParleyError): Readonly<Record<string, string>> {
  const ms = error.details.retryAfterMs
  return typeof ms === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) } : {}
}
