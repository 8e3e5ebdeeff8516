/**
 * Deepgram's codes as errors of ours: in `Error` messages of Flux, and at the head of the reason of a close frame
 * (`NET-0001: …`), where they say more than the close code.
 */

import { type ErrorCode, ParleyError } from '@parley/core'
import { messageIn } from '../wire/vendor-error.js'

export const VENDOR = 'Deepgram'

const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/TOO_MANY_REQUESTS|RATE_LIMIT/, 'provider_limited'],
  [/INVALID_AUTH|INSUFFICIENT_PERMISSIONS|UNAUTHORIZED|FORBIDDEN/, 'provider_refused'],
  [/PAYMENT|INSUFFICIENT_CREDIT/, 'provider_quota'],
  [/UNPARSABLE|MESSAGE-\d{4}|DATA-\d{4}|BIG-\d{4}|_OUT_OF_RANGE|_INVALID/, 'provider_rejected'],
  [/NET-\d{4}|INTERNAL/, 'provider_failed'],
]

const hopeless: readonly ErrorCode[] = ['provider_refused', 'provider_quota', 'provider_rejected']

/** An `Error` message, by its code and description. */
export function faultOf(code: string, description: string): ParleyError {
  const kind = meaningOf(code) ?? 'provider_failed'
  const said = [messageIn(code), messageIn(description)].filter(text => text !== '').join(', ')
  return new ParleyError(kind, `${VENDOR} ended the connection (${said || 'no reason given'}).`, {
    retryable: !hopeless.includes(kind),
  })
}

/** The same error, or a nearer one where its text holds a code of Deepgram's. */
export function refined(error: ParleyError): ParleyError {
  if (typeof error.details.closeCode !== 'number') return error
  const kind = meaningOf(error.message)
  if (kind === undefined || kind === error.code) return error
  return new ParleyError(kind, error.message, {
    retryable: !hopeless.includes(kind),
    details: error.details,
  })
}

function meaningOf(text: string): ErrorCode | undefined {
  return meanings.find(([pattern]) => pattern.test(text))?.[1]
}
