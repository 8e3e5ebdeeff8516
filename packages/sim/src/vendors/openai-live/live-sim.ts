/**
 * OpenAI's Live API ("GPT-Live") on this machine: full-duplex sessions over the primary WebSocket, with delegation to the
 * client. WebRTC, SIP, sidebands, forks and the other kinds of delegation are not simulated.
 */

import { openAiErrorBody } from '../openai-realtime/realtime-sim.js'
import { openSimServer, type SimServer } from '../sim-server.js'
import type { SimSocket } from '../sim-socket.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { serveLive } from './live-session.js'

export interface LiveSimOptions extends SimOptions {
  /** Longest session, ms; the vendor's own is not known. Default 60 minutes. */
  readonly liveSessionMs?: number
  /** Pieces of sound that still go out after the caller took the floor. Default 0. */
  readonly strayDeltas?: number
  /** Voice over the model's own that makes it stop, ms; shorter is a backchannel. Default 400. */
  readonly yieldAfterMs?: number
  /** For `expires_at`. Default: the system's. */
  readonly epochMs?: () => number
}

export async function openOpenAiLiveSim(options: LiveSimOptions): Promise<VendorSim> {
  const routes = openAiLiveRoutes(options, () => server)
  const server: SimServer = await openSimServer(options, {
    name: 'openai-live',
    basePath: '/v1',
    errorBody: openAiErrorBody,
    ...routes,
  })
  return server.sim
}

/** The path of a server, so that one server may have all of a vendor's. */
export interface LiveRoutes {
  takesSocket(url: URL): boolean
  onSocket(socket: SimSocket): void
}

export function openAiLiveRoutes(options: LiveSimOptions, server: () => SimServer): LiveRoutes {
  return {
    takesSocket: ({ pathname }) => pathname === '/v1/live/sessions',
    onSocket: socket => serveLive(socket, options, server().temper),
  }
}
