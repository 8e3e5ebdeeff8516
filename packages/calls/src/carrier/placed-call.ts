import type { PlacedCall } from './carrier.js'
import { legStatusOf } from './leg-status.js'

/** What a carrier says of one call. Undefined for what is none. */
export function placedIn(body: unknown): PlacedCall | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { sid, status, date_created: created } = body as Readonly<Record<string, unknown>>
  if (typeof sid !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(sid)) return undefined
  const createdAtMs = typeof created === 'string' ? Date.parse(created) : Number.NaN
  return {
    carrierCall: sid,
    // A word that nobody told us of is still a call.
    status: legStatusOf(typeof status === 'string' ? status : undefined) ?? 'initiated',
    ...(Number.isNaN(createdAtMs) ? {} : { createdAtMs }),
  }
}
