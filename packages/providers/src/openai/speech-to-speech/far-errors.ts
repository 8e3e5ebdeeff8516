/** Which errors end a far conversation, and what its end means. */

import { ParleyError } from '@parley/core'

/** The vendor ends sessions at their longest, and when it moves house; a new one is at once to be had. */
export function lostError(error: ParleyError): ParleyError {
  const { vendorCode, closeCode } = error.details
  if (vendorCode !== 'session_expired' && closeCode !== 1001) return error
  const details = { ...error.details, reason: 'expired' }
  return new ParleyError(error.code, error.message, { retryable: true, cause: error, details })
}

/** Errors after which there is no session; of all others the vendor says itself if there is none, by closing it. */
export function endsSession({ code, details: { vendorCode } }: ParleyError): boolean {
  const names = ['session_expired', 'model_not_found']
  return code === 'provider_quota' || code === 'provider_refused' || names.includes(String(vendorCode))
}

/** `eventId`: the name of the event of ours that was refused, `add.item-1`. */
export function refusedError(error: ParleyError, eventId: string): ParleyError {
  const at = eventId.indexOf('.')
  const refused = eventId.slice(0, Math.max(0, at))
  const item = ['add', 'remove', 'truncate'].includes(refused) ? { item: eventId.slice(at + 1) } : {}
  const details = { ...error.details, ...(refused && { refused }), ...item }
  return new ParleyError(error.code, error.message, { retryable: error.retryable, details })
}
