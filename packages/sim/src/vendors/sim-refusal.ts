/** How a simulated server says no: with a status, or as a fault wants it. */

import type { Duplex } from 'node:stream'
import type { SimRefusal, SimServerSpec } from './sim-server-spec.js'
import type { SimFault } from './vendor-sim.js'

/** The status in which HTTP words a fault, where it does. */
export const statusOfFault: Readonly<Partial<Record<SimFault['kind'], number>>> = {
  limited: 429,
  failing: 500,
  unauthorised: 401,
  expired: 408,
}

/** Headers that say how long to wait. */
export function waitHeaders(spec: SimServerSpec, fault: SimFault): Readonly<Record<string, string>> {
  if (fault.kind !== 'limited') return {}
  const wait: Record<string, string> =
    fault.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) }
  return { ...wait, ...spec.limitHeaders?.(fault) }
}

/** A fault that strikes as a socket is to be opened. */
export function failUpgrade(spec: SimServerSpec, connection: Duplex, fault: SimFault): void {
  const status = statusOfFault[fault.kind]
  if (status !== undefined)
    return refuse(
      spec,
      connection,
      { status, sentence: `simulated: ${fault.kind}` },
      waitHeaders(spec, fault),
    )
  if (fault.kind === 'hang' || fault.kind === 'drip') return
  if (fault.kind === 'garbage') connection.write('SSH-2.0-not-a-web-server\r\n')
  connection.destroy()
}

/** Answers a request for a socket with a status instead. */
export function refuse(
  spec: SimServerSpec,
  connection: Duplex,
  { status, sentence }: SimRefusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(spec.errorBody(status, sentence))
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...linesOf({ ...spec.headers?.(sentence), ...headers }),
  ]
  connection.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

export function linesOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
}
