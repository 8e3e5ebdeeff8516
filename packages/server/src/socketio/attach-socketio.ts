/** The Socket.IO edge at the gateway: its connections at the door, its pages over HTTP, its sessions at the desk. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Opus } from '@parley/audio'
import { ParleyError } from '@parley/core'
import { hasScope, type Principal, remoteOf, tokenOf } from '@parley/platform'
import {
  createSocketioServer,
  createSocketioSessions,
  defaultSocketioLimits,
  defaultVoiceLimits,
  type OpusManner,
  type ProsodyFeed,
  SOCKETIO_PATH,
  type VoiceHost,
} from '@parley/transports'
import type { FastifyPluginAsync } from 'fastify'
import { limited } from '../door/refusals.js'
import type { ServerParts } from '../serve.js'
import { openSharedAdapter } from './shared-adapter.js'
import { socketioRoutes } from './socketio-routes.js'

export interface SocketioWorld
  extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'door' | 'identity' | 'limits' | 'lifecycle'> {
  readonly host: VoiceHost
  readonly opus: Opus
  readonly opusManner: OpusManner
  readonly prosody?: ProsodyFeed | undefined
  readonly listenRate: number
  readonly epochMs: () => number
  readonly metrics: Pick<ServerParts['metrics'], 'refusals'>
  /** Opens connections to vendors that a call would wait for. */
  warm(): void
}

export interface AttachedSocketio {
  readonly routes: FastifyPluginAsync
  /** Tells each client in a call that this node leaves. */
  announceDraining(deadlineMs: number): void
  /** Closes every socket. */
  close(): Promise<void>
}

/** The gateway's usual sentence tells of headers, which clients of Socket.IO seldom set. */
const badToken = 'Send a valid token: as `auth: { token }` of the connection, or by the event `authenticate`.'

export async function attachSocketio(world: SocketioWorld): Promise<AttachedSocketio> {
  const { config, clock, log, door, host, limits, identity } = world
  const places = new WeakMap<IncomingMessage, () => void>()
  const shared = await openSharedAdapter(world)
  async function verified(token: string | undefined, request: IncomingMessage): Promise<Principal> {
    const remote = remoteOf(request.socket.remoteAddress, request.headers)
    const principal = await identity.verify(token, remote)
    if (hasScope(principal, 'talk')) return principal
    throw new ParleyError('forbidden', 'The token lacks the scope talk.')
  }

  const server = createSocketioServer({
    host: {
      open: request => host.open({ ...request, edge: 'socketio' }),
      resume: request => host.resume(request),
      ...(host.join === undefined ? {} : { join: host.join }),
    },
    sessions: createSocketioSessions({
      clock,
      ttlMs: config.socketioTtlSeconds * 1_000,
      maxSessions: config.socketioMaxSessions,
      newId: () => `sio_${randomBytes(18).toString('base64url')}`,
    }),
    ...{ clock, log, shared, opus: world.opus, opusManner: world.opusManner },
    limits: defaultSocketioLimits,
    voiceLimits: defaultVoiceLimits,
    prosody: world.prosody,
    listenRate: world.listenRate,
    tokenOf: request => tokenOf(request.headers, request.url),
    async identify(token, request) {
      try {
        return await verified(token, request)
      } catch (thrown) {
        const { code, message, details } = ParleyError.from(thrown)
        world.metrics.refusals.inc({ reason: code })
        log.warn({ code, reason: details.reason }, `socket.io client refused: ${message}`)
        if (code === 'unauthenticated') throw new ParleyError(code, badToken, { cause: thrown })
        throw thrown
      }
    },
    hold(principal) {
      // Events of Socket.IO are not sealed, and a proxy that ends TLS would hear them.
      if (config.requireEncryption) throw new ParleyError('encryption_required')
      const verdict = limits.beginSession(principal as Principal)
      if (verdict.ok) return verdict.release
      throw limited(verdict.limit, verdict.retryAfterMs)
    },
    warm: world.warm,
  })
  server.onConnection((request, gone) => {
    const release = places.get(request)
    if (release === undefined) return
    places.delete(request)
    gone(release)
  })
  door.bareRoutes.set(SOCKETIO_PATH, {
    knows: request => server.knows(request),
    take: (request, socket, head) => server.upgrade(request, socket, head),
  })
  return {
    routes: socketioRoutes({ server, door, places, epochMs: world.epochMs }),
    announceDraining: deadlineMs => server.announceDraining(deadlineMs),
    close: () => server.close(),
  }
}
