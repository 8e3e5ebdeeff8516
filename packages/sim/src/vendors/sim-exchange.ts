/** One request to a simulated vendor, and its answer: all that goes either way is noted, and a fault may end it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SimLog } from './sim-log.js'
import { statusOfFault, waitHeaders } from './sim-refusal.js'
import type { SimServerSpec } from './sim-server-spec.js'
import type { SimFault } from './vendor-sim.js'

export interface SimExchange {
  readonly url: URL
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
  /** The body as JSON, noted as received; undefined (after 400 was answered) if it is none. */
  json(): unknown
  reply(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void
  /** Notes a JSON message that goes out as part of a stream. */
  note(message: unknown): void
  /** Ends this exchange as the fault says, whatever was written before. */
  fail(fault: SimFault): void
}

export interface ExchangeParts extends Pick<SimExchange, 'url' | 'request' | 'response' | 'body' | 'signal'> {
  readonly spec: SimServerSpec
  readonly log: SimLog
}

export function simExchange({ spec, log, ...own }: ExchangeParts): SimExchange {
  const { url, response, body } = own
  const reply: SimExchange['reply'] = (status, body, headers = {}) => {
    if (response.headersSent || response.destroyed) return
    log.send(url.pathname, body)
    const own = spec.headers?.(status < 400 ? undefined : `${status}`)
    response.writeHead(status, { 'content-type': 'application/json', ...own, ...headers })
    response.end(JSON.stringify(body))
  }
  return {
    ...own,
    json() {
      try {
        const message: unknown = JSON.parse(body.toString('utf8'))
        log.receive(url.pathname, message)
        return message
      } catch {
        log.complain(`${url.pathname}: the body is no JSON`)
        reply(400, spec.errorBody(400, 'We could not parse the JSON body of your request.'))
        return undefined
      }
    },
    reply,
    note: message => log.send(url.pathname, message),
    fail: fault => failExchange(spec, { response, reply }, fault),
  }
}

function failExchange(
  spec: SimServerSpec,
  { response, reply }: Pick<SimExchange, 'response' | 'reply'>,
  fault: SimFault,
): void {
  const status = statusOfFault[fault.kind]
  if (status !== undefined && !response.headersSent)
    return reply(status, spec.errorBody(status, `simulated: ${fault.kind}`), waitHeaders(spec, fault))
  switch (fault.kind) {
    case 'hang':
      return
    case 'garbage':
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('}{ this is no message\n\n')
      return
    case 'close':
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end()
      return
    default:
      response.destroy()
  }
}
