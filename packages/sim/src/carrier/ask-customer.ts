/** Signed requests to a customer of the simulated carrier: for documents, sounds, and to tell what happened. */

import type { AskedOfCustomer, CarrierWorld } from './carrier-world.js'
import { entriesOf } from './carrier-world.js'
import type { Leg } from './leg.js'
import { signRequest } from './signature.js'

export interface CustomerAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

export interface CustomerOrder {
  readonly kind: AskedOfCustomer['kind']
  readonly url: string
  readonly method?: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

/** How long a customer has to answer, ms. */
const PATIENCE_MS = 15_000
/** Most requests that are remembered. */
const MOST_ASKED = 20_000
const MOST_BYTES = 8 * 1024 * 1024

/** Undefined where nobody answered, or the signal came first. */
export async function askCustomer(
  world: CarrierWorld,
  leg: Leg,
  { kind, url, method = 'POST', parameters }: CustomerOrder,
  signal: AbortSignal,
): Promise<CustomerAnswer | undefined> {
  const asked: AskedOfCustomer = {
    atMs: world.clock.now(),
    call: leg.sid,
    kind,
    method,
    url,
    parameters,
    status: undefined,
  }
  world.asked.push(asked)
  if (world.asked.length > MOST_ASKED) world.asked.shift()
  const late = new AbortController()
  const stop = () => late.abort()
  if (signal.aborted) late.abort()
  signal.addEventListener('abort', stop, { once: true })
  const cancel = world.clock.after(PATIENCE_MS, stop)
  try {
    const response = await world.fetch(...requestOf(world, { url, method, parameters }, late.signal))
    asked.status = response.status
    const body = new Uint8Array(await response.arrayBuffer())
    if (body.length > MOST_BYTES) return undefined
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', body }
  } catch {
    asked.status ??= 0
    return undefined
  } finally {
    cancel()
    signal.removeEventListener('abort', stop)
  }
}

function requestOf(
  world: CarrierWorld,
  { url, method, parameters }: { url: string; method: string; parameters: Readonly<Record<string, string>> },
  signal: AbortSignal,
): [string, RequestInit] {
  const header = world.dialect === 'twilio' ? 'x-twilio-signature' : 'x-signalwire-signature'
  const agent = world.dialect === 'twilio' ? 'TwilioProxy/1.1' : 'SignalWire'
  const form = new URLSearchParams(parameters)
  if (method === 'GET') {
    const whole = `${url}${url.includes('?') ? '&' : '?'}${form}`
    const signature = signRequest(world.signingKey, whole, [])
    return [whole, { method, headers: { [header]: signature, 'user-agent': agent }, signal }]
  }
  const headers = {
    [header]: signRequest(world.signingKey, url, entriesOf(parameters)),
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'user-agent': agent,
  }
  return [url, { method, headers, body: form.toString(), signal }]
}
