/**
 * The prosody socket at the door. Whoever comes is let through the upgrade and turned away by a close, 1008
 * `Unauthorized`, because clients of this socket look for that; Origin and limits refuse before it, as everywhere.
 */
import { ParleyError } from '@parley/core'
import { hasScope, isSubject, type Principal } from '@parley/platform'
import {
  type CreateAnalyser,
  defaultProsodyLimits,
  type ProsodyFeed,
  type ProsodySocket,
  prosodyRefusal,
  type StreamConfig,
  serveProsodySocket,
} from '@parley/transports'
import type { FastifyPluginAsync } from 'fastify'
import type { WebSocket } from 'ws'
import type { Config } from '../config/settings.js'
import type { LateIdentity } from '../door/routes.js'
import type { ServerParts } from '../serve.js'
import { createProsodyMetrics } from './prosody-metrics.js'
import { createProsodyPlaces } from './prosody-places.js'
import { upgradeNeeded } from './upgrade-needed.js'

export interface ProsodyWorld extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'door'> {
  readonly metrics: Pick<ServerParts['metrics'], 'registry'>
  readonly epochMs: () => number
  readonly createAnalyser: CreateAnalyser
  /** Live conversations that may be followed; undefined where there are none. */
  readonly feed?: ProsodyFeed | undefined
  /** Subject of the principal who holds a live session, where it is known. */
  subjectOf?(session: string): string | undefined
}

export interface AttachedProsody {
  readonly routes: FastifyPluginAsync
  /** Closes each socket with 1001. */
  drain(): void
}

/** @throws ParleyError `bad_config` where another edge has the path */
export function attachProsody(world: ProsodyWorld): AttachedProsody {
  const { config, clock, log, door, epochMs, createAnalyser, feed } = world
  const path = config.prosodyPath
  if (door.routes.has(path))
    throw new ParleyError('bad_config', `PROSODY_WS_PATH=${path} is taken by another socket; set another.`)
  const defaults = defaultsOf(config)
  const limits = { ...defaultProsodyLimits, idleMs: config.prosodyIdleMs, totalMs: config.prosodyTotalMs }
  const meter = createProsodyMetrics(world.metrics.registry)
  const sockets = new Set<ProsodySocket>()

  function serve(socket: WebSocket, url: string | undefined, principal: Principal): void {
    const { tenant } = principal
    const readsSessions = hasScope(principal, 'sessions:read')
    const served = serveProsodySocket({
      ...{ socket, url, tenant, createAnalyser, feed, defaults, limits, meter, clock, epochMs, log },
      mayStream: hasScope(principal, 'talk'),
      mayFollow: session => readsSessions || isSubject(principal, world.subjectOf?.(session)),
    })
    sockets.add(served)
    socket.once('close', () => sockets.delete(served))
  }

  async function receive(socket: WebSocket, url: string | undefined, late: LateIdentity): Promise<void> {
    // Nothing is read before it is known who it is, so nothing can come too early.
    socket.pause()
    try {
      const principal = await late.identify(undefined)
      if (!hasScope(principal, 'talk') && !hasScope(principal, 'sessions:read'))
        throw new ParleyError('forbidden', 'The token lacks the scopes talk and sessions:read.')
      late.known()
      // Whoever left meanwhile has been told of already, and would never be told of again.
      if (socket.readyState === socket.OPEN) serve(socket, url, principal)
    } catch (thrown) {
      turnAway(socket, ParleyError.from(thrown))
    }
    socket.resume()
  }

  function turnAway(socket: WebSocket, error: ParleyError): void {
    const { code, reason } = prosodyRefusal(error)
    const cut = clock.after(limits.closeGraceMs, () => socket.terminate())
    socket.once('close', cut)
    socket.close(code, reason)
  }

  door.routes.set(path, {
    scope: undefined,
    protocols: ['parley.v1'],
    hold: createProsodyPlaces(config.prosodyPerAddress),
    handleUnknown: (socket, { url }, late) => void receive(socket, url, late),
  })
  return {
    routes: upgradeNeeded(path, log),
    drain() {
      for (const socket of sockets) socket.leave()
    },
  }
}

function defaultsOf(config: Config): StreamConfig {
  return {
    sampleRate: config.prosodyRate,
    frameSize: config.prosodyFrameSize,
    hopSize: config.prosodyHopSize,
    batch: config.prosodyBatch,
    encoding: 'pcm16',
    output: 'json',
    manner: 'fast',
  }
}
