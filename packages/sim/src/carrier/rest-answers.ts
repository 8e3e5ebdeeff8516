/** Answers of the carrier's REST API in JSON: a call, a page of calls, an error; shapes after the published schema. */

import type { CarrierWorld } from './carrier-world.js'
import { isOver, type Leg } from './leg.js'
import { secondsOf } from './tell-status.js'

export interface RestAnswer {
  readonly status: number
  /** Undefined: without a body. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export class RestError extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.name = 'RestError'
    this.status = status
    this.code = code
  }
}

export function errorAnswer({ status, code, message }: RestError): RestAnswer {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  return { status, body, ...(status === 429 ? { headers: { 'retry-after': '1' } } : {}) }
}

export function callsPath({ account, dialect }: CarrierWorld): string {
  return `${dialect === 'twilio' ? '' : '/api/laml'}/2010-04-01/Accounts/${account}/Calls`
}

export function callBody(world: CarrierWorld, leg: Leg) {
  const path = `${callsPath(world)}/${leg.sid}`
  const resources = [
    'notifications',
    'recordings',
    'payments',
    'events',
    'siprec',
    'streams',
    'transcriptions',
  ]
  const over = isOver(leg.status)
  return {
    sid: leg.sid,
    account_sid: world.account,
    api_version: '2010-04-01',
    parent_call_sid: leg.parent ?? null,
    from: leg.from,
    from_formatted: formatted(leg.from),
    to: leg.to,
    to_formatted: formatted(leg.to),
    phone_number_sid: null,
    // The published list of statuses has no `initiated`: that is a callback's word.
    status: leg.status === 'initiated' ? 'queued' : leg.status,
    direction: leg.direction,
    answered_by: leg.answeredBy ?? null,
    date_created: stamp(leg.createdAtMs),
    date_updated: stamp(leg.updatedAtMs),
    start_time: stamp(leg.startedAtMs),
    end_time: stamp(leg.endedAtMs),
    duration: over && leg.answeredAtMs !== undefined ? String(secondsOf(leg)) : null,
    price: null,
    price_unit: 'USD',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${path}.json`,
    subresource_uris: Object.fromEntries(
      resources.map(name => [name, `${path}/${name[0]?.toUpperCase()}${name.slice(1)}.json`]),
    ),
  }
}

function stamp(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toUTCString().replace('GMT', '+0000')
}

function formatted(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number)
  return parts === null ? number : `(${parts[1]}) ${parts[2]}-${parts[3]}`
}

/** One page of calls, newest first. */
export function pageBody(world: CarrierWorld, found: readonly Leg[], query: URLSearchParams) {
  const size = Math.min(1_000, Math.max(1, Number(query.get('PageSize') ?? 50) || 50))
  const page = Math.max(0, Number(query.get('Page') ?? 0) || 0)
  const start = page * size
  const shown = found.slice(start, start + size)
  const uriOf = (number: number) => {
    const own = new URLSearchParams(query)
    own.set('PageSize', String(size))
    own.set('Page', String(number))
    return `${callsPath(world)}.json?${own}`
  }
  return {
    calls: shown.map(leg => callBody(world, leg)),
    end: start + Math.max(0, shown.length - 1),
    start,
    page,
    page_size: size,
    first_page_uri: uriOf(0),
    next_page_uri: start + size < found.length ? uriOf(page + 1) : null,
    previous_page_uri: page === 0 ? null : uriOf(page - 1),
    uri: uriOf(page),
  }
}
