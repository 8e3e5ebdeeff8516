/**
 * Socket.IO for a gateway that has its own listeners and its own door: nothing listens here. Requests and upgrades are
 * handed in once the door has let them pass; identity is found out by handshake or by `authenticate`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Opus } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import { Server, type ServerOptions, type Socket } from 'socket.io'
import type { ProsodyFeed } from '../prosody/prosody-feed.js'
import type { OpusManner } from '../ws/opus-manner.js'
import { serveVoiceSocket } from '../ws/serve-voice-socket.js'
import type { VoiceHost, VoicePrincipal } from '../ws/voice-host.js'
import type { VoiceLimits } from '../ws/voice-limits.js'
import type { VoiceLog } from '../ws/voice-log.js'
import type { SocketioLimits } from './socketio-limits.js'
import type { SocketioCounts, SocketioSession, SocketioSessions } from './socketio-sessions.js'
import { SocketioSocket } from './socketio-socket.js'

/** Makes the adapter of each namespace, as adapters of Socket.IO do. */
export type SocketioAdapter = NonNullable<ServerOptions['adapter']>

export interface SocketioServerOptions {
  readonly host: VoiceHost
  readonly sessions: SocketioSessions
  readonly clock: Clock
  readonly opus: Opus
  readonly opusManner: OpusManner
  readonly log: VoiceLog
  readonly voiceLimits: VoiceLimits
  readonly limits: SocketioLimits
  readonly prosody?: ProsodyFeed | undefined
  readonly listenRate: number
  /** Where several nodes share rooms, and how long one may take over what another had, ms. */
  readonly shared?: { readonly adapter: SocketioAdapter; readonly recoverMs: number } | undefined
  /** Who the token stands for that came over this request. Throws what refuses it. */
  identify(token: string | undefined, request: IncomingMessage): Promise<VoicePrincipal>
  /** A token that the request itself carries. */
  tokenOf(request: IncomingMessage): string | undefined
  hold(principal: VoicePrincipal): () => void
  warm(): void
}

export interface SocketioServer {
  /** Sockets that are open now. */
  readonly connections: number
  counts(): SocketioCounts
  /** Whether the request belongs to a connection that stands. */
  knows(request: IncomingMessage): boolean
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Told once for each connection, with the request it began with, and again when it is gone. */
  onConnection(listener: (request: IncomingMessage, gone: (tell: () => void) => void) => void): void
  announceDraining(deadlineMs: number): void
  /** Closes every socket; asked again, the same promise. */
  close(): Promise<void>
}

interface Known {
  readonly principal: VoicePrincipal | undefined
  readonly session: SocketioSession
  readonly resumed: boolean
}

/** Path of every request, without its end slash. */
export const SOCKETIO_PATH = '/socket.io'

/** The one event to a socket that has to pass through what nodes share: its place there is what a client comes back with. */
export const RECOVERY_EVENT = 'recovery'

export function createSocketioServer(options: SocketioServerOptions): SocketioServer {
  const { clock, log, limits, sessions, shared } = options
  // Never listens: it is the place where Socket.IO looks for requests.
  const shell = createServer()
  const io = new Server(shell, {
    path: SOCKETIO_PATH,
    addTrailingSlash: false,
    pingInterval: limits.pingMs,
    pingTimeout: limits.pongMs,
    maxHttpBufferSize: limits.packetBytes,
    perMessageDeflate: false,
    ...(shared === undefined
      ? {}
      : {
          adapter: shared.adapter,
          // Whoever comes back is asked again who it is.
          connectionStateRecovery: { maxDisconnectionDuration: shared.recoverMs, skipMiddlewares: false },
        }),
  })
  const sockets = new Set<SocketioSocket>()
  const known = new WeakMap<Socket, Known>()
  let closing: Promise<void> | undefined

  /** Connections whose one socket stands or is being let in. */
  const taken = new WeakSet<object>()

  async function welcome(socket: Socket): Promise<void> {
    if (taken.has(socket.conn)) throw new ParleyError('conflict', 'One socket for each connection.')
    taken.add(socket.conn)
    try {
      await letIn(socket)
    } catch (thrown) {
      taken.delete(socket.conn)
      throw thrown
    }
  }

  async function letIn(socket: Socket): Promise<void> {
    const given: Readonly<Record<string, unknown>> = socket.handshake.auth
    const token = textOf(given.token) ?? options.tokenOf(socket.request)
    const principal = token === undefined ? undefined : await options.identify(token, socket.request)
    const { sessionId } = socket.data as { sessionId?: unknown }
    const id = textOf(given.sessionId) ?? (socket.recovered ? textOf(sessionId) : undefined)
    const found = id === undefined || principal === undefined ? undefined : sessions.find(id, principal)
    if (socket.conn.readyState !== 'open') throw new ParleyError('timeout', 'The connection closed.')
    if (found !== undefined) found.sockets += 1
    const session = found ?? sessions.begin()
    known.set(socket, { principal, session, resumed: found !== undefined })
    // Whoever leaves before the socket stands is told of to nobody else.
    socket.conn.once('close', () => {
      if (known.delete(socket)) sessions.leave(session)
    })
  }

  io.use((socket, next) => {
    welcome(socket).then(
      () => next(),
      (thrown: unknown) => next(refusalOf(ParleyError.from(thrown))),
    )
  })
  io.on('connection', socket => {
    const about = known.get(socket)
    if (about === undefined) return void socket.disconnect(true)
    known.delete(socket)
    const served = new SocketioSocket({
      ...{ socket, sessions, limits, clock, log, ...about },
      initialRttMs: options.voiceLimits.initialRttMs,
      identify: token => options.identify(token ?? options.tokenOf(socket.request), socket.request),
      hold: options.hold,
      warm: options.warm,
      serve: (wire, principal, line) =>
        serveVoiceSocket({
          ...{ socket: wire, heartbeat: line, principal, clock, log },
          host: options.host,
          opus: options.opus,
          opusManner: options.opusManner,
          limits: options.voiceLimits,
          listenRate: options.listenRate,
          ...(options.prosody === undefined ? {} : { prosody: options.prosody }),
        }),
    })
    sockets.add(served)
    if (shared !== undefined) socket.emit(RECOVERY_EVENT, {})
    socket.on('disconnect', () => {
      sockets.delete(served)
      taken.delete(socket.conn)
    })
  })

  return {
    get connections() {
      return sockets.size
    },
    counts: () => sessions.counts(),
    knows(request) {
      const id = new URL(request.url ?? '/', 'http://localhost').searchParams.get('sid')
      return id !== null && Object.hasOwn(clientsOf(io), id)
    },
    request: (request, response) => void shell.emit('request', request, response),
    upgrade: (request, socket, head) => void shell.emit('upgrade', request, socket, head),
    onConnection(listener) {
      io.engine.on('connection', (connection: { request: IncomingMessage; once: Socket['once'] }) =>
        listener(connection.request, tell => void connection.once('close', tell)),
      )
    },
    announceDraining(deadlineMs) {
      for (const socket of sockets) socket.announceDraining(deadlineMs)
    },
    close() {
      closing ??= io.close().catch((error: unknown) => log.warn({ error }, 'socket.io did not close'))
      return closing
    },
  }
}

function clientsOf(io: Server): object {
  const { clients } = io.engine as unknown as { clients: object }
  return clients
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 8192 ? value : undefined
}

/** As a client of Socket.IO reads it: `connect_error` with `message` and `data`. */
function refusalOf({ code, message, details }: ParleyError): Error {
  const { retryAfterMs } = details
  const more = typeof retryAfterMs === 'number' ? { retryAfterMs } : {}
  return Object.assign(new Error(code === 'internal' ? 'A fault in Parley.' : message), {
    data: { code, ...more },
  })
}
