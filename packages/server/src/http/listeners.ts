import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ParleyError } from '@parley/core'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/settings.js'
import type { Door } from '../door/routes.js'

/**
 * The ports of the gateway. Every listener serves the same application and the same door; extra ports open only where
 * they are set and differ. Either all of them open or none.
 */
export interface Listeners {
  /** Where each listens, the main one first. */
  readonly urls: readonly string[]
  /** Takes nobody new; resolves once the last request is answered, cutting the rest on abort. */
  close(signal: AbortSignal): Promise<void>
}

export interface ListenersOptions {
  readonly app: FastifyInstance
  readonly door: Pick<Door, 'upgrade'>
  readonly config: Pick<
    Config,
    'host' | 'port' | 'voiceWsPort' | 'streamWsPort' | 'websocketPort' | 'metricsPort'
  >
}

const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 60_000

/** @throws ParleyError `port_in_use`, or `bad_config` for an address or port that cannot be had */
export async function openListeners({ app, door, config }: ListenersOptions): Promise<Listeners> {
  const servers: Server[] = []
  const close = (signal: AbortSignal) => closeAll(servers, signal)
  try {
    for (const { name, port } of wantedPorts(config)) {
      const server = createServer(
        { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
        (request, response) => app.routing(request, response),
      )
      server.on('upgrade', door.upgrade)
      await listen(server, { name, port, host: config.host })
      servers.push(server)
    }
  } catch (error) {
    await close(AbortSignal.abort())
    throw error
  }
  return { urls: servers.map(server => urlOf(server, config.host)), close }
}

interface Place {
  /** The variable that asked for it. */
  readonly name: string
  readonly port: number
  readonly host: string
}

function wantedPorts(config: ListenersOptions['config']): readonly Omit<Place, 'host'>[] {
  const extra = [
    { name: 'VOICE_WS_PORT', port: config.voiceWsPort },
    { name: 'STREAM_WS_PORT', port: config.streamWsPort },
    { name: 'WEBSOCKET_PORT', port: config.websocketPort },
    { name: 'METRICS_PORT', port: config.metricsPort },
  ]
  const wanted = [{ name: 'PORT', port: config.port }]
  for (const { name, port } of extra) {
    if (port !== undefined && wanted.every(other => other.port !== port)) wanted.push({ name, port })
  }
  return wanted
}

function listen(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(listenFault(cause, place))
    server.once('error', fail)
    server.listen(place.port, place.host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

function listenFault(cause: Error, { name, port, host }: Place): ParleyError {
  const code = 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} of ${host} is in use; stop the process that listens there or set ${name} to a free port.`
    return new ParleyError('port_in_use', message, { cause, details: { port, host } })
  }
  if (code === 'EACCES') {
    return new ParleyError('bad_config', `Port ${port} needs privileges; set ${name} to a port above 1023.`, {
      cause,
    })
  }
  return new ParleyError(
    'bad_config',
    `Cannot listen on ${host} port ${port} (${cause.message}); check HOST.`,
    {
      cause,
    },
  )
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

async function closeAll(servers: readonly Server[], signal: AbortSignal): Promise<void> {
  const cut = () => {
    for (const server of servers) server.closeAllConnections()
  }
  signal.addEventListener('abort', cut, { once: true })
  const closed = servers.map(server => new Promise<void>(resolve => server.close(() => resolve())))
  for (const server of servers) server.closeIdleConnections()
  if (signal.aborted) cut()
  await Promise.all(closed)
  signal.removeEventListener('abort', cut)
}
