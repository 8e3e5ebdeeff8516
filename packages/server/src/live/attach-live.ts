/**
 * The live board at the door: its socket, its routes, and the rows that nodes share over Redis. Whoever comes to the socket
 * is let through the upgrade and turned away by a close, so that a page can tell why.
 */

import { hostname } from 'node:os'
import { ParleyError } from '@parley/core'
import { createRedisLiveRows, createTally, hasScope, openRedis, type Principal } from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import type { WebSocket } from 'ws'
import type { LateIdentity } from '../door/routes.js'
import { createGuard } from '../http/guard.js'
import type { ServerParts } from '../serve.js'
import { createLiveBoard, type LiveBoard } from './live-board.js'
import { type LiveFeed, serveLiveFeed } from './live-feed.js'
import { liveRoutes } from './live-routes.js'
import { createLiveView } from './live-view.js'

export const LIVE_PATH = '/v1/live'
/** Clients of one process, and of one address. */
const MOST_FEEDS = 200
const MOST_OF_ADDRESS = 50
/** How long a client that is turned away may take to close. */
const CLOSE_GRACE_MS = 2_000

export interface LiveWorld
  extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'door' | 'identity' | 'limits' | 'lifecycle'> {
  readonly epochMs: () => number
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

export interface AttachedLive {
  readonly board: LiveBoard
  readonly routes: FastifyPluginAsync
  /** Closes each socket with 1001. */
  drain(): void
}

export async function attachLive(world: LiveWorld): Promise<AttachedLive> {
  const { config, clock, log, door, lifecycle, epochMs } = world
  const node = `${hostname().slice(0, 60)}-${Math.floor(world.random() * 0x10000)
    .toString(16)
    .padStart(4, '0')}`
  const board = createLiveBoard({ node, clock, epochMs })
  const redis = await openLiveRedis(world)
  const view = createLiveView({
    board,
    clock,
    share: redis && (ordered => createRedisLiveRows({ redis, node, ordered })),
  })
  lifecycle.onStop('live board', async () => {
    await view.close()
    redis?.disconnect()
  })
  const facts = { epochMs, firstTokenTargetMs: config.targetFirstTokenMs }
  const places = createTally()
  const feeds = new Set<LiveFeed>()

  function serve(socket: WebSocket, principal: Principal, late: LateIdentity): void {
    if (feeds.size >= MOST_FEEDS) {
      throw new ParleyError('overloaded', 'As many look at live conversations here as may; try again later.')
    }
    const isStillKnown = () =>
      late.identify(undefined).then(
        () => true,
        thrown => ParleyError.from(thrown).code !== 'unauthenticated',
      )
    const feed = serveLiveFeed({ ...{ socket, principal, view, clock, isStillKnown }, ...facts })
    feeds.add(feed)
    socket.once('close', () => feeds.delete(feed))
  }

  async function receive(socket: WebSocket, late: LateIdentity): Promise<void> {
    // Nothing is read before it is known who it is, so nothing can come too early.
    socket.pause()
    try {
      const principal = await late.identify(undefined)
      if (!hasScope(principal, 'talk') && !hasScope(principal, 'sessions:watch')) {
        throw new ParleyError('forbidden', 'The token lacks the scopes talk and sessions:watch.')
      }
      late.known()
      // Whoever left meanwhile has been told of already, and would never be told of again.
      if (socket.readyState === socket.OPEN) serve(socket, principal, late)
    } catch (thrown) {
      turnAway(socket, ParleyError.from(thrown))
    }
    socket.resume()
  }

  function turnAway(socket: WebSocket, { code, message }: ParleyError): void {
    log.info({ code, path: LIVE_PATH }, `socket refused: ${message}`)
    const cut = clock.after(CLOSE_GRACE_MS, () => socket.terminate())
    socket.once('close', cut)
    if (code === 'unauthenticated') socket.close(1008, 'Unauthorized')
    else if (code === 'forbidden') socket.close(1008, 'Forbidden')
    else socket.close(1013, code)
  }

  door.routes.set(LIVE_PATH, {
    scope: undefined,
    protocols: ['parley.v1'],
    hold(client) {
      const release = places.take(client, MOST_OF_ADDRESS)
      if (release !== undefined) return release
      throw new ParleyError(
        'rate_limited',
        `This address looks ${MOST_OF_ADDRESS} times already; close one first.`,
        { retryable: true, details: { retryAfterMs: 5_000 } },
      )
    },
    handleUnknown: (socket, _request, late) => void receive(socket, late),
  })
  return {
    board,
    routes: liveRoutes({ view, guard: createGuard(world), ...facts }) as FastifyPluginAsync,
    drain() {
      for (const feed of feeds) feed.leave()
    },
  }
}

async function openLiveRedis({ config, log }: Pick<LiveWorld, 'config' | 'log'>) {
  const { redisUrl } = config
  if (redisUrl === undefined) return undefined
  return openRedis({
    url: redisUrl,
    warn: error => log.warn({ code: error.code }, `live conversations of other nodes: ${error.message}`),
  })
}
