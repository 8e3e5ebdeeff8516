/** The WebRTC edge of the gateway: conversations as over the voice socket, for browsers on lossy networks. */
import type { FastifyPluginAsync } from 'fastify'
import { createGuard } from '../http/guard.js'
import type { ServerParts } from '../serve.js'
import { iceServersFor } from './ice-servers.js'
import { networkOf } from './rtc-network.js'
import { createVoiceCalls, type VoiceCallsOptions } from './voice-calls.js'
import { webrtcRoutes } from './webrtc-routes.js'

export interface WebrtcWorld
  extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'door' | 'identity' | 'limits'>,
    Pick<VoiceCallsOptions, 'host' | 'prosody' | 'opusManner' | 'resampling' | 'listenRate' | 'load'>,
    Omit<VoiceCallsOptions['world'], 'clock'> {
  readonly epochMs: () => number
}

export interface AttachedWebrtc {
  readonly routes: FastifyPluginAsync
  /** Clients are told; the sessions end their calls. */
  drain(): void
}

export function attachWebrtc(parts: WebrtcWorld): AttachedWebrtc {
  const { config, clock, log, door, identity, limits, epochMs, opus, ticker, random, ...leg } = parts
  const { host, prosody, opusManner, resampling, listenRate, load } = leg
  const calls = createVoiceCalls({
    door,
    host,
    log,
    resampling,
    network: networkOf(config),
    requireEncryption: config.requireEncryption,
    world: { clock, opus, ticker, random },
    ...(prosody === undefined ? {} : { prosody }),
    ...(opusManner === undefined ? {} : { opusManner }),
    ...(listenRate === undefined ? {} : { listenRate }),
    ...(load === undefined ? {} : { load }),
  })
  return {
    routes: webrtcRoutes({
      guard: createGuard({ identity, limits, config }),
      calls,
      iceServersFor: principal => iceServersFor(principal, config, epochMs()),
      turnTtlMs: config.turnTtlMs,
    }),
    drain: () => calls.announceDraining(config.drainMs),
  }
}
