/** What OpenAI and its imitators say went wrong in the middle of a stream, where no status tells. */

import { ParleyError } from '@parley/core'
import { refusalError } from '../wire/vendor-error.js'

const statuses: readonly (readonly [RegExp, number])[] = [
  [/insufficient_quota|credit_balance|billing/, 429],
  [/rate_limit/, 429],
  [/invalid_api_key|authentication|unauthorized/, 401],
  [/permission|forbidden/, 403],
  [/not_found/, 404],
  [/overloaded|unavailable|slow_down/, 503],
  [/timeout/, 504],
  [/server_error|internal|api_error/, 500],
  [/invalid|policy|prompt|unsupported|context_length/, 400],
]

/**
 * The error in `{error: {type, code, message, status?}}` or in the object itself. Codes are names, or statuses where an
 * imitator puts those there; what says nothing is the vendor's fault. Details hold a name as `vendorCode`.
 */
export function streamError(vendor: string, body: unknown): ParleyError {
  const outer = fieldsOf(body)
  const inner = outer.error === undefined || outer.error === null ? outer : fieldsOf(outer.error)
  const waitS = Number(fieldsOf(inner.headers)['retry-after'])
  const error = refusalError(vendor, {
    status: statusOf(outer) ?? statusOf(inner) ?? statusNamed(`${text(inner.code)} ${text(inner.type)}`),
    body: inner === outer ? { message: outer.message ?? 'it failed', code: outer.code } : body,
    ...(waitS > 0 ? { retryAfterMs: waitS * 1000 } : {}),
  })
  if (typeof inner.code !== 'string') return error
  return new ParleyError(error.code, error.message, {
    retryable: error.retryable,
    details: { ...error.details, vendorCode: inner.code },
  })
}

function statusOf({ status, code }: Readonly<Record<string, unknown>>): number | undefined {
  for (const value of [status, code]) {
    const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && number >= 400 && number < 600) return number
  }
  return undefined
}

function statusNamed(names: string): number {
  return statuses.find(([pattern]) => pattern.test(names))?.[1] ?? 500
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') return { message: value }
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
