/**
 * One HTTP request to a vendor: a key is leased, the wait for the first byte of the answer bounded, refusals become
 * errors of ours, and the key gets to know what became of it. The body is the caller's to read; aborting ends it.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import type { KeyLease, KeyOutcome, KeyRate } from './keys.js'
import { retryAfterMs } from './retry-after.js'
import { lateError, refusalError, unreachableError, unsendableError } from './vendor-error.js'

export interface HttpCall {
  /** The vendor, for people. */
  readonly vendor: string
  /** Appended to the base URL, or a whole URL. */
  readonly path: string
  readonly method?: 'GET' | 'POST'
  /** Headers besides `content-type`, made from the leased key. */
  headers(key: string | undefined): Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: object | FormData | Uint8Array<ArrayBuffer>
  /** Longest wait for the head of the answer, and for the reason where it is a refusal, ms. */
  readonly timeoutMs: number
  /** What headers say of the rate that is left. */
  rate?(header: (name: string) => string | null): KeyRate
}

/** Error bodies are read no further than this, in bytes. */
const MAX_ERROR_BODY = 64_000

/**
 * Resolves with a response whose status is 2xx. @throws ParleyError `provider_…` or `timeout`; after an abort, an error
 * nobody need look at.
 */
export async function httpCall(
  context: VendorContext,
  call: HttpCall,
  signal: AbortSignal,
): Promise<Response> {
  const lease = await context.keys.take(signal)
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) own.abort()
  let late = false
  const cancel = context.clock.after(call.timeoutMs, () => {
    late = true
    own.abort()
  })
  try {
    const response = await context.fetch(urlOf(context, call), {
      method: call.method ?? 'POST',
      headers: headersOf(call, lease?.key),
      ...(call.body === undefined ? {} : { body: encoded(call.body) }),
      signal: AbortSignal.any([signal, own.signal]),
    })
    if (response.ok) {
      lease?.done({ kind: 'fine', ...rateOf(call, response) })
      return response
    }
    throw await refusal(context, call, { response, lease })
  } catch (error) {
    lease?.done(error instanceof ParleyError ? outcomeOf(error) : { kind: 'unknown' })
    if (error instanceof ParleyError) throw error
    if (late) throw lateError(call.vendor, 'answer', call.timeoutMs)
    throw unreachableError(call.vendor, error)
  } finally {
    cancel()
    signal.removeEventListener('abort', stop)
  }
}

async function refusal(
  context: VendorContext,
  call: HttpCall,
  { response, lease }: { readonly response: Response; readonly lease: KeyLease | undefined },
): Promise<ParleyError> {
  const header = (name: string) => response.headers.get(name)
  const text = await firstOf(response)
  const waitMs = retryAfterMs(header, context.epochMs())
  const error = refusalError(call.vendor, {
    status: response.status,
    body: jsonOrText(text),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  })
  lease?.done(outcomeOf(error, { waitMs, ...rateOf(call, response) }))
  return error
}

/** What an error means for the key it was made with; how long to wait is read from its details unless it is given. */
export function outcomeOf(
  error: ParleyError,
  { waitMs, rate }: { readonly waitMs?: number | undefined; readonly rate?: KeyRate } = {},
): KeyOutcome {
  if (error.code === 'provider_quota') return { kind: 'spent' }
  // 403 is of what was asked: the key may still do everything else.
  if (error.code === 'provider_refused') return { kind: error.details.status === 403 ? 'unknown' : 'refused' }
  if (error.code !== 'provider_limited') return { kind: 'unknown' }
  const retryAfterMs = waitMs ?? error.details.retryAfterMs
  return {
    kind: 'limited',
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(rate === undefined ? {} : { rate }),
  }
}

function rateOf(call: HttpCall, response: Response): { readonly rate?: KeyRate } {
  const rate = call.rate?.(name => response.headers.get(name))
  return rate === undefined ? {} : { rate }
}

async function firstOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > MAX_ERROR_BODY) break
    }
  } catch {
    // The status tells enough; what could be read of the reason is kept.
  }
  return text
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function urlOf(context: VendorContext, { path }: HttpCall): string {
  return /^https?:\/\//.test(path) ? path : context.baseUrl + path
}

/** What fetch says of a header it cannot send quotes it, key and all. */
function headersOf({ vendor, body, headers }: HttpCall, key: string | undefined) {
  const all = { ...contentType(body), ...headers(key) }
  try {
    new Headers(all)
  } catch {
    throw unsendableError(vendor)
  }
  return all
}

function contentType(body: HttpCall['body']): Readonly<Record<string, string>> {
  if (body === undefined || body instanceof FormData || body instanceof Uint8Array) return {}
  return { 'content-type': 'application/json' }
}

function encoded(body: NonNullable<HttpCall['body']>): string | FormData | Uint8Array<ArrayBuffer> {
  return body instanceof FormData || body instanceof Uint8Array ? body : JSON.stringify(body)
}
