import { inspect } from 'node:util'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import type { VendorContext } from '../vendor.js'
import { type HttpCall, httpCall, outcomeOf } from './http-call.js'
import type { KeyOutcome } from './keys.js'
import { refusalError } from './vendor-error.js'

function rig(respond: (url: string, init: RequestInit) => Response | Promise<Response>) {
  const clock = new VirtualClock()
  const outcomes: KeyOutcome[] = []
  const context: VendorContext = {
    clock,
    epochMs: () => 0,
    random: () => 0.5,
    newId: () => 'id',
    baseUrl: 'http://vendor',
    keys: { take: async () => ({ key: 'secret', done: outcome => outcomes.push(outcome) }) },
    fetch: async (url, init = {}) => respond(String(url), init),
    openSocket: () => {
      throw new Error('no sockets here')
    },
    warn() {},
  }
  return { clock, outcomes, context }
}

const call: HttpCall = {
  vendor: 'Vendor',
  path: '/v1/things',
  headers: key => ({ authorization: `Bearer ${key}` }),
  body: { text: 'hello' },
  timeoutMs: 3_000,
}
const signal = () => new AbortController().signal

describe('a request to a vendor', () => {
  it('goes out with the key and as JSON, and tells the key that all is fine', async () => {
    const seen: [string, RequestInit][] = []
    const { context, outcomes } = rig((url, init) => {
      seen.push([url, init])
      return new Response('ok', { headers: { 'x-left': '7' } })
    })
    const rate = (header: (name: string) => string | null) => ({
      remainingRequests: Number(header('x-left')),
    })
    expect(await (await httpCall(context, { ...call, rate }, signal())).text()).toBe('ok')
    expect(seen[0]?.[0]).toBe('http://vendor/v1/things')
    expect(seen[0]?.[1]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: '{"text":"hello"}',
    })
    expect(outcomes).toEqual([{ kind: 'fine', rate: { remainingRequests: 7 } }])
  })

  it('waits no longer for the reason of a refusal than for the answer', async () => {
    const { context, clock, outcomes } = rig((_url, { signal }) => {
      const body = new ReadableStream({
        start(stream) {
          stream.enqueue(new TextEncoder().encode('{"mess'))
          signal?.addEventListener('abort', () => stream.error(new Error('aborted')))
        },
      })
      return new Response(body, { status: 429 })
    })
    const failing = httpCall(context, call, signal()).catch((thrown: unknown) => thrown)
    await new Promise(resolve => setImmediate(resolve))
    await clock.advance(3_000)
    expect(await failing).toMatchObject({ code: 'provider_limited' })
    expect(outcomes[0]).toEqual({ kind: 'limited' })
    expect(clock.pending).toBe(0)
  })

  it('never quotes a key that no header can hold', async () => {
    const { context, outcomes } = rig((_url, { headers }) => new Response(String(new Headers(headers))))
    const headers = () => ({ authorization: 'Bearer one\ntwo' })
    const error = await httpCall(context, { ...call, headers }, signal()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'provider_refused', retryable: false })
    expect(inspect(error)).not.toContain('two')
    expect(outcomes).toEqual([{ kind: 'refused' }])
  })

  it.each([
    [401, 'provider_refused', { kind: 'refused' }],
    [403, 'provider_refused', { kind: 'unknown' }],
    [402, 'provider_quota', { kind: 'spent' }],
    [429, 'provider_limited', { kind: 'limited', retryAfterMs: 2_000 }],
    [500, 'provider_failed', { kind: 'unknown' }],
  ] as const)('says what status %i means, to the caller and to the key', async (status, code, outcome) => {
    const { context, outcomes } = rig(
      () => new Response('{"error":{"message":"no"}}', { status, headers: { 'retry-after': '2' } }),
    )
    await expect(httpCall(context, call, signal())).rejects.toMatchObject({
      code,
      message: `Vendor answered ${status}: no`,
    })
    expect(outcomes[0]).toEqual(outcome)
  })

  it('waits no longer than it may, and ends the request', async () => {
    let ended = false
    const { context, clock, outcomes } = rig(
      (_, init) =>
        new Promise((_, reject) =>
          init.signal?.addEventListener('abort', () => {
            ended = true
            reject(new Error('aborted'))
          }),
        ),
    )
    const waiting = expect(httpCall(context, call, signal())).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    })
    await clock.advance(2_999)
    expect(ended).toBe(false)
    await clock.advance(1)
    await waiting
    expect(ended).toBe(true)
    expect(outcomes).toEqual([{ kind: 'unknown' }])
    expect(clock.pending).toBe(0)
  })

  it('tells why a vendor cannot be reached', async () => {
    const { context } = rig(() =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
    )
    await expect(httpCall(context, call, signal())).rejects.toMatchObject({
      code: 'provider_unreachable',
      message: 'Vendor cannot be reached (ECONNREFUSED).',
    })
  })

  it('takes from an error how long its key must rest, where nobody says it', () => {
    const error = refusalError('Vendor', { status: 429, retryAfterMs: 2_000 })
    expect(outcomeOf(error)).toEqual({ kind: 'limited', retryAfterMs: 2_000 })
    expect(outcomeOf(error, { waitMs: 5_000 })).toEqual({ kind: 'limited', retryAfterMs: 5_000 })
    expect(outcomeOf(refusalError('Vendor', { status: 429 }))).toEqual({ kind: 'limited' })
  })
})
