/** How a response ended, and what it cost. */

import { type FarEvent, ParleyError } from '@parley/core'
import { realtimeError } from '../realtime-error.js'
import { VENDOR } from '../realtime-link.js'
import { countOf, type Fields, fieldsOf, textOf } from './far-fields.js'

export type FarDone = Extract<FarEvent, { readonly kind: 'response-done' }>
export type FarEnding = Omit<FarDone, 'kind' | 'ask'>

/** `response` is the object in `response.done`; `limitedMs`: how long the vendor last said a used-up limit lasts. */
export function endingOf(response: Fields, limitedMs: number | undefined): FarEnding {
  const used = usageOf(response.usage)
  const usage = used === undefined ? {} : { usage: used }
  const details = fieldsOf(response.status_details)
  const reason = textOf(details.reason) ?? ''
  switch (response.status) {
    case 'completed':
      return { outcome: 'complete', ...usage }
    case 'cancelled':
      return { outcome: 'cancelled', ...usage }
    case 'incomplete':
      if (reason !== 'content_filter') return { outcome: 'cut-short', ...usage }
      return { outcome: 'cut-short', error: filtered(), ...usage }
    default:
      return { outcome: 'failed', error: errorOf(details, limitedMs), ...usage }
  }
}

function filtered(): ParleyError {
  return new ParleyError('provider_rejected', `${VENDOR} broke an answer off for its content.`, {
    details: { vendorCode: 'content_filter' },
  })
}

function errorOf({ error: given }: Fields, limitedMs: number | undefined): ParleyError {
  if (typeof given !== 'object' || given === null)
    return new ParleyError('provider_failed', `${VENDOR} could not answer and did not say why.`, {
      retryable: true,
    })
  const error = realtimeError(VENDOR, given)
  if (error.code !== 'provider_limited' || limitedMs === undefined || 'retryAfterMs' in error.details)
    return error
  const details = { ...error.details, retryAfterMs: limitedMs }
  return new ParleyError(error.code, error.message, { retryable: true, details })
}

function usageOf(given: unknown): FarDone['usage'] {
  const usage = fieldsOf(given)
  const inputTokens = countOf(usage.input_tokens)
  const outputTokens = countOf(usage.output_tokens)
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  const cachedTokens = countOf(fieldsOf(usage.input_token_details).cached_tokens)
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  }
}
