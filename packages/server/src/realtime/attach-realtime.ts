/** The OpenAI Realtime protocol at the gateway: its socket at the door, and its pages over HTTP. */

import { randomBytes, randomUUID } from 'node:crypto'
import type { Opus, Resampling } from '@parley/audio'
import { ParleyError, type Ticker } from '@parley/core'
import { createClientSecrets, type Principal, type SecretShelf } from '@parley/platform'
import {
  defaultRealtimeLimits,
  type RealtimeSocket,
  realtimeSocketServerOptions,
  serveRealtimeSocket,
} from '@parley/transports'
import type { FastifyPluginAsync } from 'fastify'
import type { WebSocket } from 'ws'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { SessionDesk } from '../gateway/desk-contract.js'
import type { ServerParts } from '../serve.js'
import { networkOf } from '../webrtc/rtc-network.js'
import { readSession } from './read-session.js'
import { createRealtimeCalls } from './realtime-calls.js'
import { REALTIME_PATH, type RealtimeArrival, realtimeRoute } from './realtime-door.js'
import { createRealtimeHost } from './realtime-host.js'
import { createRealtimeIdentity } from './realtime-identity.js'
import { realtimeRoutes } from './realtime-routes.js'

export interface RealtimeWorld
  extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'door' | 'identity' | 'limits' | 'metrics'> {
  readonly desk: SessionDesk
  readonly agents: AgentCatalogue
  readonly secretShelf: SecretShelf
  readonly resampling: Resampling
  readonly opus: Opus
  readonly ticker: Ticker
  readonly epochMs: () => number
  /** 0 ≤ x < 1, hard to guess. */
  readonly random: () => number
}

export interface AttachedRealtime {
  readonly routes: FastifyPluginAsync
  /** Each socket closes with 1001 once the response under way is over. */
  drain(): void
}

export function attachRealtime(world: RealtimeWorld): AttachedRealtime {
  const { config, clock, log, door, desk, agents, epochMs, random, resampling } = world
  const secrets = createClientSecrets({
    shelf: world.secretShelf,
    epochMs,
    randomBytes: () => randomBytes(16),
  })
  const identity = createRealtimeIdentity(world.identity, secrets)
  const host = createRealtimeHost(desk)
  const sockets = new Set<RealtimeSocket>()
  const limits = {
    ...defaultRealtimeLimits,
    maxSessionMs: Math.min(config.maxSessionMs, config.realtimeSessionMs),
    drainMs: Math.min(defaultRealtimeLimits.drainMs, config.drainMs),
  }
  const defaultModel = agents.choose(undefined, config.language).agent

  const calls = createRealtimeCalls({
    ...{ door, host, clock, epochMs, random, resampling, limits, log, defaultModel },
    ...{ opus: world.opus, ticker: world.ticker, network: networkOf(config) },
  })

  function serve({ socket, request, principal, query, session }: RealtimeArrival): void {
    if (query.kind === 'sideband') return attach(query.call, socket, principal)
    const served = serveRealtimeSocket({
      socket,
      principal,
      host,
      clock,
      epochMs,
      random,
      resampling,
      limits,
      log,
      query: query.kind === 'transcription' ? { intent: 'transcription' } : { model: query.model },
      beta: /realtime=v1/i.test(String(request.headers['openai-beta'] ?? '')),
      ...(session === undefined ? {} : { seed: session }),
    })
    sockets.add(served)
    socket.once('close', () => sockets.delete(served))
  }

  /** The call may have ended while the socket was made. */
  function attach(call: string, socket: WebSocket, principal: Principal): void {
    try {
      calls.attach(call, socket, principal)
    } catch (error) {
      const { code, message } = ParleyError.from(error)
      socket.close(code === 'overloaded' ? 1013 : 1008, message.slice(0, 120))
    }
  }

  door.routes.set(
    REALTIME_PATH,
    realtimeRoute({
      identity,
      defaultModel,
      maxPayloadBytes: realtimeSocketServerOptions.maxPayload,
      hasCall: calls.has,
      serve,
    }),
  )
  return {
    routes: realtimeRoutes({
      config,
      limits: world.limits,
      identity,
      secrets,
      log,
      epochMs,
      models: agents.agents.map(({ agent }) => agent),
      readSession: given =>
        readSession(given, { newId: () => `sess_${randomUUID().replaceAll('-', '')}`, defaultModel }),
      calls,
    }),
    drain() {
      for (const socket of sockets) socket.drain()
      calls.drain()
    },
  }
}
