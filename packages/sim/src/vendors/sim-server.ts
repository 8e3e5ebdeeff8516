/**
 * The server under every simulated vendor: listens on loopback, checks the key, lets faults strike at the connection,
 * and hands requests and sockets to the vendor's own code. That code must write through `reply` and `SimSocket`, so that
 * what was sent is known and what is destroyed stays silent.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket as NetSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type SimLog, simLog } from './sim-log.js'
import { type SimTemper, simTemper } from './sim-pace.js'
import type { SimFault, SimOptions, VendorSim } from './vendor-sim.js'

export interface SimServerSpec {
  readonly name: string
  /** Appended to the server's address to make `baseUrl`. */
  readonly basePath?: string
  /** The key a request came with, or undefined. Default: `Authorization: Bearer`. */
  keyOf?(request: IncomingMessage, url: URL): string | undefined
  /** Whether a key is wanted at all. Default true. */
  readonly needsKey?: boolean
  /** The body of a refusal with this status. */
  errorBody(status: number, sentence: string): unknown
  /** Headers of 429 besides `retry-after`. */
  limitHeaders?(fault: SimFault): Readonly<Record<string, string>>
  /** Headers of every answer, also of those that open a socket; `reason` where it is a refusal. */
  headers?(reason?: string): Readonly<Record<string, string>>
  /** A request that passed the key check; the body is whole. */
  onRequest?(exchange: SimExchange): void | Promise<void>
  /** Whether this path takes sockets; the sub-protocol to accept, if one must be named. */
  takesSocket?(url: URL, request: IncomingMessage): boolean
  /** Why a socket with this query is refused, if it is. */
  refusesSocket?(url: URL): SimRefusal | undefined
  onSocket?(socket: SimSocket): void
}

export interface SimRefusal {
  readonly status: number
  readonly sentence: string
}

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

export interface SimSocket {
  readonly url: URL
  readonly request: IncomingMessage
  readonly raw: WebSocket
  /** Aborts when the socket is closed by either side. */
  readonly signal: AbortSignal
  /** Sends JSON, noted as sent. Silent after the end. */
  send(message: unknown): void
  sendBinary(bytes: Uint8Array): void
  /** Notes a JSON message that came in. */
  receive(message: unknown): void
  complain(sentence: string): void
  close(code: number, reason?: string): void
  /**
   * What a fault does to any socket: `refuse` and `drop` destroy it (drop: in the middle of a frame), `garbage` sends what
   * is no message, `close` closes with its code. False: the fault is the vendor's to word (`limited`, `failing`,
   * `unauthorised`, `expired`).
   */
  fail(fault: SimFault): boolean
}

export interface SimServer {
  readonly temper: SimTemper
  readonly log: SimLog
  readonly sim: VendorSim
}

/** Longest request body, bytes. */
const MAX_BODY = 64 * 1024 * 1024

export async function openSimServer(options: SimOptions, spec: SimServerSpec): Promise<SimServer> {
  const log = simLog()
  const temper = simTemper(options.clock, options.random)
  const counts = { sockets: 0, requests: 0, open: 0 }
  const connections = new Set<NetSocket>()
  const http = createServer((request, response) => void answer(request, response))
  const upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_BODY })
  http.on('connection', connection => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  http.on('upgrade', upgrade)
  upgrader.on('headers', lines => lines.push(...linesOf(spec.headers?.() ?? {})))

  function urlOf(request: IncomingMessage): URL {
    return new URL(request.url ?? '/', 'http://127.0.0.1')
  }

  function isKeyGood(request: IncomingMessage): boolean {
    if (spec.needsKey === false) return true
    const key = spec.keyOf === undefined ? bearerOf(request) : spec.keyOf(request, urlOf(request))
    if (key === undefined || key === '') return false
    return options.keys === undefined || options.keys.includes(key)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counts.requests++
    counts.open++
    const gone = new AbortController()
    response.once('close', () => {
      counts.open--
      gone.abort()
    })
    const exchange = exchangeOf(request, response, gone.signal)
    const body = await bodyOf(request).catch(() => undefined)
    if (body === undefined) return void response.destroy()
    const whole = exchange(body)
    if (!isKeyGood(request)) return whole.fail({ kind: 'unauthorised', stage: 'connect' })
    const fault = temper.strike('connect')
    if (fault !== undefined) return whole.fail(fault)
    if (spec.onRequest === undefined) return whole.reply(404, spec.errorBody(404, 'no such path'))
    await spec.onRequest(whole)
  }

  function exchangeOf(request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    const url = urlOf(request)
    const reply: SimExchange['reply'] = (status, body, headers = {}) => {
      if (response.headersSent || response.destroyed) return
      log.send(url.pathname, body)
      const own = spec.headers?.(status < 400 ? undefined : `${status}`)
      response.writeHead(status, { 'content-type': 'application/json', ...own, ...headers })
      response.end(JSON.stringify(body))
    }
    return (body: Buffer): SimExchange => ({
      url,
      request,
      response,
      body,
      signal,
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
    })
  }

  function upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const url = urlOf(request)
    const fault = temper.strike('connect')
    if (fault !== undefined) return failUpgrade(spec, connection, fault)
    if (!isKeyGood(request))
      return refuse(spec, connection, { status: 401, sentence: 'The key is not accepted.' })
    if (!(spec.takesSocket?.(url, request) ?? false))
      return refuse(spec, connection, { status: 404, sentence: 'There is no such path.' })
    const refusal = spec.refusesSocket?.(url)
    if (refusal !== undefined) {
      log.complain(`${url.pathname}: ${refusal.sentence}`)
      return refuse(spec, connection, refusal)
    }
    upgrader.handleUpgrade(request, connection, head, socket => {
      counts.sockets++
      counts.open++
      spec.onSocket?.(simSocket({ socket, request, connection, url }))
    })
  }

  function simSocket({
    socket,
    request,
    connection,
    url,
  }: {
    readonly socket: WebSocket
    readonly request: IncomingMessage
    readonly connection: Duplex
    readonly url: URL
  }): SimSocket {
    const gone = new AbortController()
    const end = () => {
      if (gone.signal.aborted) return
      counts.open--
      gone.abort()
    }
    socket.on('close', end)
    socket.on('error', end)
    return {
      url,
      request,
      raw: socket,
      signal: gone.signal,
      send(message) {
        if (gone.signal.aborted || socket.readyState !== socket.OPEN) return
        log.send(url.pathname, message)
        socket.send(JSON.stringify(message))
      },
      sendBinary(bytes) {
        if (!gone.signal.aborted && socket.readyState === socket.OPEN) socket.send(bytes)
      },
      receive: message => log.receive(url.pathname, message),
      complain: log.complain,
      close(code, reason = '') {
        socket.close(code, reason)
      },
      fail(fault) {
        if (fault.kind === 'refuse') connection.destroy()
        else if (fault.kind === 'drop') {
          // The head of a text frame of 100 bytes, and 10 of them.
          connection.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.from('{"type":"r')]))
          connection.destroy()
        } else if (fault.kind === 'garbage') socket.send('}{ this is no message')
        else if (fault.kind === 'close') socket.close(fault.code ?? 1011)
        else return false
        return true
      },
    }
  }

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = http.address() as AddressInfo
  const sim: VendorSim = {
    name: spec.name,
    baseUrl: `http://127.0.0.1:${port}${spec.basePath ?? ''}`,
    complaints: log.complaints,
    received: log.received,
    sent: log.sent,
    counts,
    behave(change) {
      temper.behaviour = { ...temper.behaviour, ...change }
    },
    close() {
      for (const connection of connections) connection.destroy()
      upgrader.close()
      return new Promise(resolve => http.close(() => resolve()))
    },
  }
  return { temper, log, sim }
}

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const statusOfFault: Readonly<Partial<Record<SimFault['kind'], number>>> = {
  limited: 429,
  failing: 500,
  unauthorised: 401,
  expired: 408,
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

function waitHeaders(spec: SimServerSpec, fault: SimFault): Readonly<Record<string, string>> {
  if (fault.kind !== 'limited') return {}
  const wait: Record<string, string> =
    fault.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) }
  return { ...wait, ...spec.limitHeaders?.(fault) }
}

function failUpgrade(spec: SimServerSpec, connection: Duplex, fault: SimFault): void {
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

function refuse(
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

function linesOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
}
