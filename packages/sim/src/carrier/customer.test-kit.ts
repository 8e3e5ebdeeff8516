/** A customer of the simulated carrier under virtual time: documents by address, streams in memory, all signed requests kept. */

import { createMemoryLine, type MemoryLine } from '../phone/phone-line.js'
import { seededRandom } from '../random.js'
import { VirtualClock } from '../virtual-clock.js'
import { type CarrierCore, createCarrier } from './carrier.js'
import type { CarrierSimOptions } from './carrier-options.js'

export const caller = '+15550001111'
export const callee = '+15550002222'
export const own = '+15550100000'

export interface Customer {
  readonly clock: VirtualClock
  readonly carrier: CarrierCore
  /** Documents by address; a function is asked each time. */
  readonly documents: Record<string, string | ((parameters: Record<string, string>) => string)>
  readonly requests: { readonly url: string; readonly headers: Headers; readonly body: string }[]
  readonly streams: (MemoryLine & {
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
  })[]
  post(path: string, form: Record<string, string | readonly string[]>): { status: number; body: unknown }
  get(path: string): { status: number; body: unknown }
  /** Status callbacks at that address: the status of each. */
  statuses(url: string): (string | undefined)[]
}

export function startCustomer(
  options: Partial<CarrierSimOptions> & { readonly takesStreams?: boolean } = {},
): Customer {
  const { takesStreams = true, ...given } = options
  const clock = new VirtualClock()
  const documents: Customer['documents'] = {}
  const requests: Customer['requests'] = []
  const streams: Customer['streams'] = []
  const carrier = createCarrier({
    clock,
    random: seededRandom(7),
    dialect: 'twilio',
    epochMs: () => Date.UTC(2026, 0, 5, 12) + clock.now(),
    numbers: { [own]: { voiceUrl: 'https://gate.example/voice', statusUrl: 'https://gate.example/status' } },
    fetch: async (input, init) => {
      const url = String(input)
      const body = String(init?.body ?? '')
      requests.push({ url, headers: new Headers(init?.headers), body })
      const document = documents[url.split('?')[0] ?? '']
      if (document === undefined) return new Response('', { status: url.includes('status') ? 204 : 404 })
      const text =
        typeof document === 'string' ? document : document(Object.fromEntries(new URLSearchParams(body)))
      return new Response(text, { headers: { 'content-type': 'text/xml' } })
    },
    connect: async ({ url, headers }) => {
      if (!takesStreams) throw new Error('refused')
      const line = createMemoryLine()
      streams.push({ ...line, url, headers })
      return line.carrier
    },
    ...given,
  })
  const ask = (method: string, path: string, body = '') => {
    const prefix = carrier.account.startsWith('AC') ? '' : '/api/laml'
    return carrier.rest({
      method,
      url: `${prefix}/2010-04-01/Accounts/${carrier.account}${path}`,
      authorization: `Basic ${Buffer.from(`${carrier.account}:${carrier.authToken}`).toString('base64')}`,
      body,
    })
  }
  return {
    clock,
    carrier,
    documents,
    requests,
    streams,
    post(path, form) {
      const pairs = Object.entries(form).flatMap(([name, value]) =>
        [value].flat().map((each): [string, string] => [name, String(each)]),
      )
      return ask('POST', path, new URLSearchParams(pairs).toString())
    },
    get: path => ask('GET', path),
    statuses: url =>
      carrier.asked.filter(each => each.url === url).map(({ parameters }) => parameters.CallStatus),
  }
}

export const response = (inside: string) => `<?xml version="1.0"?><Response>${inside}</Response>`
