/** What the Realtime API says is wrong, as errors of ours. What it has no name for is the client's fault. */

import { type ErrorCode, ParleyError } from '@parley/core'
import { messageIn } from '../wire/vendor-error.js'

const codes: readonly (readonly [RegExp, ErrorCode])[] = [
  [/insufficient_quota|credit_balance|billing|account_deactivated/, 'provider_quota'],
  [/invalid_api_key|invalid_authentication|permission/, 'provider_refused'],
  [/rate_limit/, 'provider_limited'],
  [/overloaded|slow_down/, 'provider_overloaded'],
  [/session_expired|server_error|internal_error/, 'provider_failed'],
]

const retryable: readonly ErrorCode[] = ['provider_limited', 'provider_overloaded', 'provider_failed']

/** `error` is the object inside an `error` event, a failed response or a failed transcription. */
export function realtimeError(vendor: string, error: unknown): ParleyError {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >
  const type = typeof fields.type === 'string' ? fields.type : ''
  const name = typeof fields.code === 'string' ? fields.code : type
  const ours = codes.find(([pattern]) => pattern.test(`${name} ${type}`))?.[1] ?? 'provider_rejected'
  const said = messageIn(error) || name
  const waitMs = ours === 'provider_limited' ? askedToWait(said) : undefined
  return new ParleyError(ours, `${vendor}: ${said}`, {
    retryable: retryable.includes(ours),
    details: { vendorCode: name, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
  })
}

/** The vendor's own close codes: 3000 names in its reason the error that it is about. */
export function closedError(error: ParleyError): ParleyError {
  if (error.details.closeCode !== 3000) return error
  const named = codes.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'provider_rejected'
  const options = { retryable: retryable.includes(named), details: error.details }
  return new ParleyError(named, error.message, options)
}

/** Whether a session is over with such an error; `isAboutEvent`: it is about one event of ours, and the rest may go on. */
export function isFatal({ code, details: { vendorCode } }: ParleyError, isAboutEvent: boolean): boolean {
  if (code === 'provider_rejected') return vendorCode === 'model_not_found'
  if (code === 'provider_failed') return !isAboutEvent || vendorCode === 'session_expired'
  return code === 'provider_quota' || code === 'provider_refused'
}

/** The wait a rate limit names in its sentence, ms. */
function askedToWait(sentence: string): number | undefined {
  const found = /try again in ([\d.]+)\s*(ms|s)\b/i.exec(sentence)
  if (found === null) return undefined
  return Math.ceil(Number(found[1]) * (found[2]?.toLowerCase() === 'ms' ? 1 : 1000))
}
