/**
 * What vendors say when they refuse, as errors of ours. Bodies differ (`error.message`, `detail.message`, `detail`,
 * `message`); statuses mostly agree. `details.retryAfterMs` is there where the vendor said how long to wait.
 */

import { type ErrorCode, ParleyError } from '@parley/core'

export interface VendorRefusal {
  readonly status: number
  /** The body, parsed or as text; its message is quoted, shortened. */
  readonly body?: unknown
  readonly retryAfterMs?: number
}

const spent = /insufficient_quota|credit_balance|billing|quota_exceeded|payment/i
const overload = /overloaded|system_busy/i

/** `vendor` is its name for people. */
export function refusalError(
  vendor: string,
  { status, body, retryAfterMs }: VendorRefusal,
  cause?: unknown,
): ParleyError {
  const said = messageIn(body)
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '')
  const code = codeOf(status, text)
  const retryable = ['provider_limited', 'provider_overloaded', 'provider_failed', 'timeout'].includes(code)
  const message = `${vendor} answered ${status}${said === '' ? '' : `: ${said}`}`
  return new ParleyError(code, message, {
    retryable,
    ...(cause === undefined ? {} : { cause }),
    details: { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  })
}

function codeOf(status: number, text: string): ErrorCode {
  if (status === 402 || ((status === 429 || status === 401 || status === 403) && spent.test(text)))
    return 'provider_quota'
  if (status === 401 || status === 403) return 'provider_refused'
  if (status === 429) return overload.test(text) ? 'provider_overloaded' : 'provider_limited'
  if (status === 408 || status === 504) return 'timeout'
  if (status === 503 || status === 529) return 'provider_overloaded'
  if (status >= 500) return 'provider_failed'
  return 'provider_rejected'
}

/** The sentence in a vendor's error body; empty if there is none. At most 300 characters, one line. */
export function messageIn(body: unknown): string {
  const found = textIn(body) ?? (typeof body === 'string' ? body : '')
  return found
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
}

function textIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const fields = body as Readonly<Record<string, unknown>>
  for (const key of ['error', 'detail', 'message', 'err_msg', 'description', 'reason']) {
    const value = fields[key]
    if (typeof value === 'string' && value !== '') return value
    const inner = textIn(Array.isArray(value) ? value[0] : value)
    if (inner !== undefined) return inner
  }
  return typeof fields.msg === 'string' ? fields.msg : undefined
}

/** A socket that ended by itself. `code` 1006 is a connection that broke without a word. */
export function closeError(vendor: string, code: number, reason: string): ParleyError {
  const said = messageIn(reason)
  const refused = code === 1008 || code === 4001 || code === 4003
  return new ParleyError(
    refused ? 'provider_rejected' : 'provider_failed',
    `${vendor} closed the connection (${code}${said === '' ? '' : `, ${said}`})`,
    { retryable: !refused, details: { closeCode: code } },
  )
}

/** A message that is not of the vendor's protocol. */
export function garbageError(vendor: string, cause?: unknown): ParleyError {
  return new ParleyError('provider_failed', `${vendor} sent something that is not of its protocol.`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

export function lateError(vendor: string, what: string, ms: number): ParleyError {
  return new ParleyError('timeout', `${vendor} did not ${what} within ${ms} ms.`, { retryable: true })
}

/** A key that no header can hold. What threw is left out, since it may quote the key. */
export function unsendableError(vendor: string): ParleyError {
  return new ParleyError(
    'provider_refused',
    `${vendor} cannot be sent its key or its headers: they hold characters that no header may hold.`,
  )
}

export function unreachableError(vendor: string, cause: unknown): ParleyError {
  const reason = cause instanceof Error ? rootOf(cause).message : String(cause)
  return new ParleyError('provider_unreachable', `${vendor} cannot be reached (${reason}).`, {
    retryable: true,
    cause,
  })
}

/** fetch says no more than "fetch failed"; the reason stands in its cause. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error
}

/** A text that can be spoken gave no sound: others may speak it. */
export function silentError(vendor: string): ParleyError {
  return new ParleyError('provider_failed', `${vendor} gave no sound for a text.`, { retryable: true })
}

/** Whether a text has anything that sounds. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}
