/**
 * A carrier's REST, as little as is needed: one request, once, never repeated here. It waits no longer than it may, follows
 * no redirect (credentials go to no other address), reads no more than 4 MiB, and says of every failure whether what
 * was asked may have happened all the same.
 */

import type { Clock } from '@parley/core'
import {
  type CarrierIdentity,
  garbageFrom,
  givenUp,
  lateFrom,
  refusedBy,
  unreachable,
} from './carrier-errors.js'

export interface RestOptions extends CarrierIdentity {
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** The `Authorization` header. */
  readonly authorization: string
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly epochMs: () => number
  /** For the whole exchange. */
  readonly timeoutMs: number
  /** Reads the carrier's own error out of a body. */
  errorIn(body: unknown): { readonly code: number; readonly message: string }
}

export interface RestRequest {
  readonly method: 'GET' | 'POST'
  /** Under the base URL, with its query. */
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  /** Whether the path names a call. */
  readonly ofCall?: boolean
}

/** Resolves with the JSON of a 2xx, undefined for an empty one. @throws ParleyError `bad_number`, `call_over`, `carrier_…` */
export type Rest = (request: RestRequest, signal: AbortSignal) => Promise<unknown>

const MAX_BODY_BYTES = 4_194_304

export function createRest(options: RestOptions): Rest {
  return async (request, signal) => {
    if (signal.aborted) throw givenUp(options, 'no')
    const own = new AbortController()
    const stop = () => own.abort()
    signal.addEventListener('abort', stop, { once: true })
    let late = false
    const cancel = options.clock.after(options.timeoutMs, () => {
      late = true
      own.abort()
    })
    try {
      return await exchange(options, request, own.signal)
    } catch (thrown) {
      if (late) throw lateFrom(options, options.timeoutMs)
      if (signal.aborted) throw givenUp(options, 'unknown')
      throw thrown
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }
}

async function exchange(options: RestOptions, request: RestRequest, signal: AbortSignal): Promise<unknown> {
  const response = await send(options, request, signal)
  const text = await bodyOf(options, response)
  const body = jsonOf(text)
  if (response.ok) {
    if (text !== '' && body === undefined) throw garbageFrom(options)
    return body
  }
  const waitMs = retryAfterMs(response.headers.get('retry-after'), options.epochMs())
  throw refusedBy(options, {
    status: response.status,
    ...options.errorIn(body),
    ofCall: request.ofCall ?? false,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  })
}

async function send(options: RestOptions, request: RestRequest, signal: AbortSignal): Promise<Response> {
  const { method, path, body, contentType } = request
  try {
    return await options.fetch(options.baseUrl + path, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        accept: 'application/json',
        authorization: options.authorization,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body }),
    })
  } catch (thrown) {
    throw unreachable(options, thrown)
  }
}

async function bodyOf(options: RestOptions, response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > MAX_BODY_BYTES) break
      text += decoder.decode(chunk, { stream: true })
    }
  } catch (thrown) {
    // Of a refusal the status tells enough; of anything else the answer is what was asked for.
    if (response.ok) throw garbageAfter(options, thrown)
  }
  if (bytes > MAX_BODY_BYTES && response.ok) throw garbageFrom(options)
  return text
}

function garbageAfter(options: RestOptions, thrown: unknown) {
  const error = unreachable(options, thrown)
  return error.details.placed === 'unknown' ? error : garbageFrom(options)
}

function jsonOf(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,6}(\.\d+)?$/.test(header)) return Math.round(Number(header) * 1000)
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}
