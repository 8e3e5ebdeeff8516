/**
 * The server under every simulated vendor: listens on loopback, checks the key, lets faults strike at the connection,
 * and hands requests and sockets to the vendor's own code. That code must write through `reply` and `SimSocket`, so that
 * what was sent is known and what is destroyed stays silent.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket as NetSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { simExchange } from './sim-exchange.js'
import { type SimLog, simLog } from './sim-log.js'
import { type SimTemper, simTemper } from './sim-pace.js'
import { failUpgrade, linesOf, refuse } from './sim-refusal.js'
import type { SimServerSpec } from './sim-server-spec.js'
import { simSocket } from './sim-socket.js'
import type { SimOptions, VendorSim } from './vendor-sim.js'

export interface SimServer {
  readonly temper: SimTemper
  readonly log: SimLog
  readonly sim: VendorSim
}

/** Brains are for vendors that hear, speak or think. */
type ServerOptions = Omit<SimOptions, 'brains'> & Partial<Pick<SimOptions, 'brains'>>

/** Longest request body, bytes. */
const MAX_BODY = 64 * 1024 * 1024

export async function openSimServer(options: ServerOptions, spec: SimServerSpec): Promise<SimServer> {
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
    const body = await bodyOf(request).catch(() => undefined)
    if (body === undefined) return void response.destroy()
    const url = urlOf(request)
    const whole = simExchange({ spec, log, url, request, response, body, signal: gone.signal })
    if (!isKeyGood(request)) return whole.fail({ kind: 'unauthorised', stage: 'connect' })
    const fault = temper.strike('connect')
    if (fault !== undefined) return whole.fail(fault)
    if (spec.onRequest === undefined) return whole.reply(404, spec.errorBody(404, 'no such path'))
    await spec.onRequest(whole)
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
      const ended = () => {
        counts.open--
      }
      spec.onSocket?.(simSocket({ socket, request, connection, url, log, ended }))
    })
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
