/**
 * The server under the simulated services of AWS: HTTP/2 without TLS, which their SDK speaks when its endpoint begins
 * with `http:`. Checks that a request is signed and for which service, and lets faults strike at the connection.
 */

import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type SimLog, simLog } from '../sim-log.js'
import { type SimTemper, simTemper } from '../sim-pace.js'
import type { SimFault, SimOptions, VendorSim } from '../vendor-sim.js'
import { encodeFrame } from './event-frame.js'
import { failStream } from './h2-fault.js'

export interface H2Spec {
  readonly name: string
  /** As it stands in signatures. */
  readonly service: string
  /** A request that is signed; its body may still be coming. */
  onRequest(exchange: H2Exchange): void | Promise<void>
}

export interface H2Exchange {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly stream: ServerHttp2Stream
  /** Aborts when the stream is over. */
  readonly signal: AbortSignal
  /** The body as it comes; whoever stops reading may still answer. */
  input(): AsyncIterable<Buffer>
  /** The whole body. */
  body(): Promise<Buffer>
  /** An answer begins; more is written to `stream`. */
  begin(headers: Readonly<Record<string, string>>): void
  /** An event of an event stream: JSON, noted as sent, or bytes. */
  event(name: string, content: object | Buffer): void
  /** Ends an event stream with an exception. */
  exception(name: string, content: object): void
  /** An answer that is an error, as AWS words it. */
  refuse(status: number, name: string, message: string, headers?: Readonly<Record<string, string>>): void
  receive(message: unknown): void
  complain(sentence: string): void
  /** What a fault does to any request. False: an answer has begun and the service must word it. */
  fail(fault: SimFault): boolean
}

export interface H2Server {
  readonly temper: SimTemper
  readonly log: SimLog
  readonly sim: VendorSim
}

/** Longest request body, bytes. */
const MAX_BODY = 1_000_000
const authorisation =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[\w-]+\/([\w-]+)\/aws4_request, SignedHeaders=([\w:;-]+), Signature=[\da-f]{64}$/

export async function openH2Server(options: SimOptions, spec: H2Spec): Promise<H2Server> {
  const log = simLog()
  const temper = simTemper(options.clock, options.random)
  const counts = { sockets: 0, requests: 0, open: 0 }
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer()
  server.on('session', session => {
    counts.sockets++
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  server.on('stream', (stream, headers) => void answer(stream, headers))
  server.on('sessionError', () => {})

  async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    counts.requests++
    counts.open++
    const gone = new AbortController()
    stream.on('error', () => stream.destroy())
    stream.once('close', () => {
      counts.open--
      gone.abort()
    })
    const exchange = exchangeOf(stream, headers, gone.signal)
    const fault = temper.strike('connect')
    if (fault !== undefined && fault.kind !== 'drip') return void exchange.fail(fault)
    const [, key = '', service, signed = ''] = authorisation.exec(headers.authorization ?? '') ?? []
    if (service !== spec.service || !signed.split(';').some(name => name === 'host' || name === ':authority'))
      return exchange.refuse(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token')
    if (options.keys !== undefined && !options.keys.includes(key))
      return exchange.refuse(
        403,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      )
    await spec.onRequest(exchange)
  }

  function exchangeOf(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    signal: AbortSignal,
  ): H2Exchange {
    const path = (headers[':path'] ?? '').toString()
    const isOver = () => signal.aborted || stream.destroyed || stream.writableEnded
    const exchange: H2Exchange = {
      path,
      headers,
      stream,
      signal,
      input: () => stream.iterator({ destroyOnReturn: false }),
      async body() {
        const chunks: Buffer[] = []
        let size = 0
        for await (const chunk of exchange.input()) {
          size += chunk.length
          if (size > MAX_BODY) break
          chunks.push(chunk)
        }
        return Buffer.concat(chunks)
      },
      begin(more) {
        if (!isOver() && !stream.headersSent) stream.respond({ ':status': 200, ...more })
      },
      event(name, content) {
        if (isOver()) return
        const isBytes = Buffer.isBuffer(content)
        if (!isBytes) log.send(path, { [name]: content })
        stream.write(
          encodeFrame({
            headers: {
              ':message-type': 'event',
              ':event-type': name,
              ':content-type': isBytes ? 'application/octet-stream' : 'application/json',
            },
            body: isBytes ? content : Buffer.from(JSON.stringify(content)),
          }),
        )
      },
      exception(name, content) {
        if (isOver()) return
        log.send(path, { [name]: content })
        stream.end(
          encodeFrame({
            headers: {
              ':message-type': 'exception',
              ':exception-type': name,
              ':content-type': 'application/json',
            },
            body: Buffer.from(JSON.stringify(content)),
          }),
        )
      },
      refuse(status, name, message, more = {}) {
        if (isOver() || stream.headersSent) return
        const content = { message }
        log.send(path, content)
        stream.respond({
          ':status': status,
          'content-type': 'application/json',
          'x-amzn-errortype': name,
          ...more,
        })
        stream.end(JSON.stringify(content))
      },
      receive: message => log.receive(path, message),
      complain: log.complain,
      fail: fault => failStream(exchange, fault),
    }
    return exchange
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const sim: VendorSim = {
    name: spec.name,
    baseUrl: `http://127.0.0.1:${port}`,
    complaints: log.complaints,
    received: log.received,
    sent: log.sent,
    counts,
    behave(change) {
      temper.behaviour = { ...temper.behaviour, ...change }
    },
    close() {
      for (const session of sessions) session.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
  return { temper, log, sim }
}
