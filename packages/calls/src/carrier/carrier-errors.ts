/**
 * What went wrong at a carrier, as errors of ours. The question that decides about dialling twice is answered here:
 * `details.placed` is `no` only where the request surely was not carried out, because it never left or was refused.
 */

import { type ErrorCode, ParleyError } from '@parley/core'

export type Placed = 'no' | 'unknown'

/** Whose account it is, for people: never a secret, only names. */
export interface CarrierIdentity {
  /** `Twilio` */
  readonly name: string
  /** Variables with what it knows us by, as a sentence has them. */
  readonly variables: string
  /** Whatever must never stand in a message. */
  readonly secrets: readonly string[]
}

export interface Refusal {
  readonly status: number
  /** The carrier's own number of the error; 0 for none. */
  readonly code: number
  readonly message: string
  readonly retryAfterMs?: number
  /** Whether a call was named: a 404 then means that it is gone, and else that the account is not there. */
  readonly ofCall: boolean
}

/** 21211 and 20429 by the sheet; the others of the same family as Twilio documents them. */
const badNumbers = new Set([13_223, 13_224, 21_201, 21_211, 21_214, 21_217, 21_401])
const gone = new Set([20_404, 21_220, 90_018])
const LIMITED_MS = 1_000

export function refusedBy(who: CarrierIdentity, refusal: Refusal): ParleyError {
  const { status, code: number, retryAfterMs } = refusal
  const { code, what } = meaning(who, refusal)
  const said = clean(who, refusal.message)
  const message = `${who.name} ${what} (${status}${number === 0 ? '' : `, ${number}`}${said === '' ? '' : `: ${said}`}).`
  return new ParleyError(code, message, {
    retryable: code === 'carrier_limited' || code === 'carrier_failed',
    details: {
      placed: status >= 500 || status < 400 || status === 408 ? 'unknown' : 'no',
      status,
      ...(number === 0 ? {} : { carrierCode: number }),
      ...(code === 'carrier_limited' ? { retryAfterMs: retryAfterMs ?? LIMITED_MS } : {}),
    },
  })
}

function meaning(
  who: CarrierIdentity,
  { status, code, ofCall }: Refusal,
): { readonly code: ErrorCode; readonly what: string } {
  if (status === 429 || code === 20_429)
    return { code: 'carrier_limited', what: 'limits the rate; it is tried again later' }
  if (ofCall && (status === 404 || gone.has(code)))
    return { code: 'call_over', what: 'has no such call any more' }
  if (badNumbers.has(code)) return { code: 'bad_number', what: 'does not take the number' }
  if (status === 401 || code === 20_003)
    return { code: 'carrier_refused', what: `does not accept ${who.variables}` }
  if (status === 404)
    return {
      code: 'carrier_refused',
      what: `has nothing at that address; check its base URL and ${who.variables}`,
    }
  if (status === 408 || status >= 500) return { code: 'carrier_failed', what: 'failed' }
  if (status < 400)
    return { code: 'carrier_refused', what: 'answers from another address; check its base URL' }
  return { code: 'carrier_refused', what: 'refuses the request' }
}

/** What is not of the protocol although it says 2xx: the call may well exist. */
export function garbageFrom({ name }: CarrierIdentity): ParleyError {
  return new ParleyError('carrier_failed', `${name} answered something that is not of its protocol.`, {
    retryable: true,
    details: { placed: 'unknown' },
  })
}

export function lateFrom({ name }: CarrierIdentity, ms: number): ParleyError {
  return new ParleyError('carrier_failed', `${name} did not answer within ${ms} ms.`, {
    retryable: true,
    details: { placed: 'unknown' },
  })
}

/** Of a request that was given up by ourselves. */
export function givenUp({ name }: CarrierIdentity, placed: Placed): ParleyError {
  return new ParleyError('carrier_failed', `A request to ${name} was given up.`, {
    retryable: true,
    details: { placed },
  })
}

/** The reason is quoted, not kept: what `fetch` throws may hold headers. */
export function unreachable(who: CarrierIdentity, thrown: unknown): ParleyError {
  const placed = neverSent(thrown) ? 'no' : 'unknown'
  return new ParleyError(
    'carrier_unreachable',
    `${who.name} cannot be reached (${clean(who, reasonOf(thrown)) || 'no reason given'}).`,
    { retryable: true, details: { placed } },
  )
}

const beforeSending =
  /^(UND_ERR_CONNECT_TIMEOUT|ENOTFOUND|EAI_\w+|ECONNREFUSED|CERT_\w+|ERR_TLS_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_SSL_\w+|ERR_INVALID_URL)$/

/** Whether no connection came about: then no byte of the request can have reached anybody. */
function neverSent(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const { code, syscall } = thrown as { readonly code?: unknown; readonly syscall?: unknown }
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  if (typeof code === 'string' && beforeSending.test(code)) return true
  return thrown.cause !== undefined && neverSent(thrown.cause)
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.cause instanceof Error) return reasonOf(thrown.cause)
  const { code } = thrown as { readonly code?: unknown }
  return thrown.message || (typeof code === 'string' ? code : thrown.name)
}

/** One line of at most 200 characters, without secrets. */
function clean({ secrets }: CarrierIdentity, text: string): string {
  let line = text.replace(/[\p{C}\s]+/gu, ' ').trim()
  for (const secret of secrets) if (secret.length >= 4) line = line.replaceAll(secret, '…')
  return line.slice(0, 200).replace(/[.\s]+$/, '')
}
