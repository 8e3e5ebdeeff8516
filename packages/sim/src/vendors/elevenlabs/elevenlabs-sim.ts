/**
 * ElevenLabs on this machine: the speech sockets for one text and for several contexts, speech over HTTP, and the
 * realtime recogniser.
 */

import { openSimServer } from '../sim-server.js'
import type { SimSocket } from '../sim-socket.js'
import type { VendorSim } from '../vendor-sim.js'
import { type ElevenLabsSimOptions, type ElevenLabsWorld, errorBody } from './elevenlabs-world.js'
import { multiSocket } from './multi-socket.js'
import { scribeSocket } from './scribe-socket.js'
import { singleSocket } from './single-socket.js'
import { speechRoute } from './speech-route.js'

const speechPath = /^\/v1\/text-to-speech\/[^/]+\/(multi-stream-input|stream-input)$/
const SCRIBE_PATH = '/v1/speech-to-text/realtime'

export async function openElevenLabsSim(options: ElevenLabsSimOptions): Promise<VendorSim> {
  let ids = 0
  const server = await openSimServer(options, {
    name: 'elevenlabs',
    keyOf: (request, url) =>
      [request.headers['xi-api-key']].flat()[0] ??
      url.searchParams.get('token') ??
      url.searchParams.get('single_use_token') ??
      undefined,
    errorBody,
    onRequest: exchange => speechRoute(exchange, world),
    takesSocket: url => url.pathname === SCRIBE_PATH || speechPath.test(url.pathname),
    onSocket: socket => routeOf(socket)(socket, world),
  })
  const world: ElevenLabsWorld = { options, temper: server.temper, nextId: () => `id_${++ids}` }
  return server.sim
}

function routeOf({ url }: SimSocket): (socket: SimSocket, world: ElevenLabsWorld) => void {
  if (url.pathname === SCRIBE_PATH) return scribeSocket
  return url.pathname.endsWith('/multi-stream-input') ? multiSocket : singleSocket
}
