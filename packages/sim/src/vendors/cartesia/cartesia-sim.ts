/**
 * Cartesia on this machine: the speech socket with its contexts, both recogniser sockets, and speech over HTTP. Where
 * the vendor's behaviour is not known (the code of an idle close, what a cancelled context still sends), the options
 * say.
 */

import { openSimServer } from '../sim-server.js'
import type { SimSocket } from '../sim-socket.js'
import type { VendorSim } from '../vendor-sim.js'
import { type CartesiaSimOptions, type CartesiaWorld, errorBody } from './cartesia-world.js'
import { manualSocket } from './manual-socket.js'
import { speechRoute } from './speech-route.js'
import { speechSocket } from './speech-socket.js'
import { turnsSocket } from './turns-socket.js'

const sockets: Readonly<Record<string, (socket: SimSocket, world: CartesiaWorld) => void>> = {
  '/tts/websocket': speechSocket,
  '/stt/websocket': manualSocket,
  '/stt/turns/websocket': turnsSocket,
}

export async function openCartesiaSim(options: CartesiaSimOptions): Promise<VendorSim> {
  let ids = 0
  const server = await openSimServer(options, {
    name: 'cartesia',
    keyOf: (request, url) =>
      /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ??
      headerOf(request.headers['x-api-key']) ??
      url.searchParams.get('access_token') ??
      url.searchParams.get('api_key') ??
      undefined,
    errorBody,
    onRequest: exchange => speechRoute(exchange, world),
    takesSocket: url => url.pathname in sockets,
    onSocket(socket) {
      const version = headerOf(socket.request.headers['cartesia-version'])
      if (!/^\d{4}-\d\d-\d\d$/.test(socket.url.searchParams.get('cartesia_version') ?? version ?? '')) {
        socket.complain(`${socket.url.pathname}: no Cartesia-Version`)
        socket.send({ type: 'error', ...errorBody(400, 'Cartesia-Version is missing or no date') })
        return socket.close(1008, 'no version')
      }
      sockets[socket.url.pathname]?.(socket, world)
    },
  })
  const world: CartesiaWorld = {
    options,
    temper: server.temper,
    contexts: 0,
    nextId: () => `req_${++ids}`,
  }
  return server.sim
}

function headerOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
