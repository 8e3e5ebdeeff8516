/**
 * Calls at Twilio's interface that may be an attempt's. The list does not give our addresses back, so the evidence is the
 * pair of numbers, the direction and the time; whoever asks leaves out what it knows to be another attempt's. A list that
 * cannot be read to its end is an error: "none" from half a list would dial twice. See docs/decisions/0011.
 */

import { ParleyError } from '@parley/core'
import type { FindOrder, PlacedCall } from './carrier.js'
import { type CarrierIdentity, garbageFrom } from './carrier-errors.js'
import { placedIn } from './placed-call.js'
import type { Rest } from './rest-client.js'

export interface FindParts {
  readonly rest: Rest
  readonly accountPath: string
  readonly who: CarrierIdentity
}

/** What the carrier's clock may be behind ours, ms. */
const CLOCK_SKEW_MS = 120_000
const PAGE_SIZE = 200
const MOST_PAGES = 20

/** @throws ParleyError as `Carrier.dial`; `carrier_failed` for a list without an end */
export async function findPlaced(
  parts: FindParts,
  order: FindOrder,
  signal: AbortSignal,
): Promise<readonly PlacedCall[]> {
  const found: PlacedCall[] = []
  let next: string | undefined = firstPage(order)
  for (let page = 0; next !== undefined; page++) {
    if (page === MOST_PAGES) throw endless(parts.who)
    const body = await parts.rest({ method: 'GET', path: `${parts.accountPath}/Calls.json?${next}` }, signal)
    const list = pageIn(body)
    if (list === undefined) throw garbageFrom(parts.who)
    for (const entry of list.calls) {
      const placed = placedIn(entry)
      if (placed === undefined) throw garbageFrom(parts.who)
      if (isOurs(entry) && (placed.createdAtMs ?? order.sinceMs) >= order.sinceMs - CLOCK_SKEW_MS)
        found.push({ ...placed, evidence: 'numbers' })
    }
    next = list.next
  }
  return found.sort((one, other) => (other.createdAtMs ?? 0) - (one.createdAtMs ?? 0))
}

/** Not by `StartTime`: a call that still waits at the carrier has none. */
function firstPage({ from, to }: FindOrder): string {
  return new URLSearchParams({ To: to, From: from, PageSize: String(PAGE_SIZE) }).toString()
}

interface Page {
  readonly calls: readonly unknown[]
  readonly next: string | undefined
}

/** Of the next page only its query is taken, so that credentials never go where an answer says. */
function pageIn(body: unknown): Page | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { calls, next_page_uri: uri } = body as Readonly<Record<string, unknown>>
  if (!Array.isArray(calls)) return undefined
  const query = typeof uri === 'string' ? uri.slice(uri.indexOf('?') + 1 || uri.length) : ''
  return { calls, next: query === '' ? undefined : query }
}

/** Calls that came in from that number, or were dialled by a document, are no attempts. */
function isOurs(entry: unknown): boolean {
  const { direction } = entry as { readonly direction?: unknown }
  return typeof direction !== 'string' || direction === 'outbound-api'
}

function endless({ name }: CarrierIdentity): ParleyError {
  return new ParleyError('carrier_failed', `The list of calls at ${name} has no end.`, {
    retryable: true,
    details: { placed: 'unknown' },
  })
}
