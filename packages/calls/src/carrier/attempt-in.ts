import type { AttemptId } from '../call.js'

/** The query's field that says whose call it is in the addresses a carrier is given. */
export const ATTEMPT_FIELD = 'attempt'

/** The attempt that an address of ours names; undefined where there is none or it has another shape. */
export function attemptIn(url: string): AttemptId | undefined {
  const query = url.slice(url.indexOf('?') + 1 || url.length)
  const value = new URLSearchParams(query).get(ATTEMPT_FIELD)
  return value !== null && isAttempt(value) ? value : undefined
}

export function isAttempt(value: unknown): value is AttemptId {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,100}$/.test(value)
}
