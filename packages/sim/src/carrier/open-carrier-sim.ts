/** The simulated carrier on a port: its REST interface over HTTP. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type CarrierCore, createCarrier } from './carrier.js'
import type { CarrierSimOptions } from './carrier-options.js'
import { errorAnswer, type RestAnswer, RestError } from './rest-answers.js'

export interface CarrierSim extends Omit<CarrierCore, 'close' | 'strike'> {
  /** `http://127.0.0.1:port`: what stands before `/2010-04-01` (SignalWire: before `/api/laml`). */
  readonly baseUrl: string
  close(): Promise<void>
}

export interface OpenCarrierSimOptions extends CarrierSimOptions {
  /** Default 0: the system chooses. Always on loopback. */
  readonly port?: number
}

const MOST_BODY = 256 * 1024

export async function openCarrierSim(options: OpenCarrierSimOptions): Promise<CarrierSim> {
  const core = createCarrier(options)
  const connections = new Set<Socket>()
  const server = createServer((request, response) => void answer(core, request, response))
  server.on('connection', connection => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // Workers of a cluster share what they listen on, a port of the system's choice included; each has its own calls.
    const exclusive = options.port === undefined
    server.listen({ port: options.port ?? 0, host: '127.0.0.1', exclusive }, resolve)
  })
  const { port } = server.address() as AddressInfo
  return Object.defineProperties({} as CarrierSim, {
    ...Object.getOwnPropertyDescriptors(core),
    baseUrl: { value: `http://127.0.0.1:${port}`, enumerable: true },
    close: {
      value: () => {
        core.close()
        for (const connection of connections) connection.destroy()
        return new Promise<void>(resolve => server.close(() => resolve()))
      },
    },
  })
}

async function answer(core: CarrierCore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  if (body === undefined) return void response.destroy()
  const fault = core.strike()
  if (fault?.kind === 'refuse') return void response.destroy()
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'failing')
    return write(response, errorAnswer(new RestError(500, 20500, 'Internal Server Error')))
  if (fault?.kind === 'limited')
    return write(response, errorAnswer(new RestError(429, 20429, 'Too Many Requests')))
  const { method = 'GET', url = '/', headers } = request
  const told = core.rest({ method, url, authorization: headers.authorization, body })
  if (fault?.kind === 'unanswered') return void response.destroy()
  write(response, told)
}

function write(response: ServerResponse, { status, body, headers = {} }: RestAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? '' : JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MOST_BODY) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}
