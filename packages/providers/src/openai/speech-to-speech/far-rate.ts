import type { KeyRate } from '../../wire/keys.js'
import { countOf, fieldsOf } from './far-fields.js'

/** What `rate_limits.updated` says is left. The wait is that for what is used up; nothing is, that for all to be new. */
export function rateIn(given: unknown): KeyRate {
  const limits = (Array.isArray(given) ? given : []).map(fieldsOf)
  const left = (name: string) => countOf(limits.find(limit => limit.name === name)?.remaining)
  const requests = left('requests')
  const tokens = left('tokens')
  const used = limits.filter(({ remaining }) => remaining === 0)
  const resets = (used.length > 0 ? used : limits).flatMap(
    ({ reset_seconds }) => countOf(reset_seconds) ?? [],
  )
  return {
    ...(requests === undefined ? {} : { remainingRequests: Math.floor(requests) }),
    ...(tokens === undefined ? {} : { remainingTokens: Math.floor(tokens) }),
    ...(resets.length === 0 ? {} : { resetMs: Math.ceil(Math.max(...resets) * 1000) }),
  }
}
