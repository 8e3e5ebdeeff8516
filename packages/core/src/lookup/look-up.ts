/**
 * One HTTP request to a server that is trusted with an answer and nothing else: bounded in time and size, and led
 * astray by no redirect. What tools and sources of facts have in common; what an answer means is theirs.
 */

import type { Clock } from '../clock/clock.js'
import { type ErrorCode, ParleyError } from '../errors.js'
import { isPrivateHost } from './private-host.js'

export interface LookUpWorld {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Addresses of a name; redirects are then judged by them, too. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

export interface LookUp {
  /** Who is asked, for messages. */
  readonly name: string
  readonly url: string
  readonly method?: string
  /** Left behind when a redirect leaves the host. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Hosts that may be asked or redirected to; the one of `url` is always among them. Without: any public one. */
  readonly hosts?: readonly string[]
  /** Whether a redirect may lead into this machine's network. Default false. */
  readonly privateRedirects?: boolean
  readonly timeoutMs: number
  /** Longest body, in bytes. */
  readonly maxBytes: number
  readonly failure: Extract<ErrorCode, 'tool_failed' | 'context_failed'>
}

export interface LookUpAnswer {
  readonly status: number
  readonly text: string
  /** Without parameters, in lower case; empty if none was told. */
  readonly contentType: string
}

const MAX_REDIRECTS = 3
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * The answer, whatever its status. Only GET and HEAD follow redirects. @throws ParleyError `timeout`, or what `failure`
 * says; its message holds neither headers nor bodies. After an abort: an error nobody need look at.
 */
export async function lookUp(
  world: LookUpWorld,
  request: LookUp,
  signal: AbortSignal,
): Promise<LookUpAnswer> {
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) own.abort()
  let late = false
  const cancel = world.clock.after(request.timeoutMs, () => {
    late = true
    own.abort()
  })
  try {
    return await follow(world, request, own.signal)
  } catch (error) {
    if (late) {
      const message = `${request.name} did not answer within ${request.timeoutMs} ms.`
      throw new ParleyError('timeout', message, { retryable: true })
    }
    if (error instanceof ParleyError) throw error
    throw failed(request, `cannot be reached (${rootOf(error)})`, { cause: error, retryable: true })
  } finally {
    cancel()
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}

async function follow(world: LookUpWorld, request: LookUp, signal: AbortSignal): Promise<LookUpAnswer> {
  const { method = 'GET', body } = request
  const origin = new URL(request.url).host
  let url = new URL(request.url)
  for (let hops = 0; ; hops++) {
    const response = await world.fetch(url, {
      method,
      redirect: 'manual',
      signal,
      headers: url.host === origin ? { ...request.headers } : {},
      ...(body === undefined ? {} : { body }),
    })
    const location = redirects.has(response.status) ? response.headers.get('location') : null
    if (location === null) return read(request, response)
    await response.body?.cancel().catch(() => {})
    if (hops >= MAX_REDIRECTS) throw failed(request, `redirects more than ${MAX_REDIRECTS} times`)
    if (method !== 'GET' && method !== 'HEAD') throw failed(request, `redirects a ${method}`)
    url = await nextOf(world, request, { from: url, location })
  }
}

async function nextOf(
  { resolve }: LookUpWorld,
  request: LookUp,
  { from, location }: { readonly from: URL; readonly location: string },
): Promise<URL> {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (next === undefined || !/^https?:$/.test(next.protocol)) throw failed(request, 'redirects to no address')
  if (from.protocol === 'https:' && next.protocol === 'http:')
    throw failed(request, 'redirects from https to http')
  const first = new URL(request.url)
  if (next.host === first.host) return next
  if (request.hosts !== undefined && !request.hosts.includes(next.hostname))
    throw failed(request, `redirects to ${next.hostname}, which is not among its hosts`)
  if (request.privateRedirects === true) return next
  const addresses = isPrivateHost(next.hostname) ? [next.hostname] : ((await resolve?.(next.hostname)) ?? [])
  if (addresses.some(isPrivateHost))
    throw failed(request, `redirects to ${next.hostname}, which is not a public address`)
  return next
}

async function read(request: LookUp, response: Response): Promise<LookUpAnswer> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > request.maxBytes) throw failed(request, `sent more than ${request.maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  const [contentType = ''] = (response.headers.get('content-type') ?? '').split(';')
  return {
    status: response.status,
    text: text + decoder.decode(),
    contentType: contentType.trim().toLowerCase(),
  }
}

function failed(
  { failure, name }: LookUp,
  what: string,
  options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
): ParleyError {
  return new ParleyError(failure, `${name} ${what}.`, options)
}

/** fetch says no more than "fetch failed"; the reason stands in its cause. */
function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? rootOf(error.cause) : error.message
}
