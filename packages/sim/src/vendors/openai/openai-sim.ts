/** All of OpenAI that is simulated, behind one address, as its one base URL wants it. */

import { type AudioSimOptions, openAiAudioRoutes } from '../openai-audio/audio-sim.js'
import { type LiveSimOptions, openAiLiveRoutes } from '../openai-live/live-sim.js'
import {
  openAiErrorBody,
  openAiRealtimeRoutes,
  type RealtimeSimOptions,
} from '../openai-realtime/realtime-sim.js'
import { type OpenaiTextSimOptions, openaiTextRoutes } from '../openai-text/openai-text-sim.js'
import { openSimServer, type SimServer } from '../sim-server.js'
import type { VendorSim } from '../vendor-sim.js'

export type OpenAiSimOptions = Omit<OpenaiTextSimOptions, 'profile'> &
  Omit<AudioSimOptions, 'dialect'> &
  RealtimeSimOptions &
  LiveSimOptions

export async function openOpenAiSim(options: OpenAiSimOptions): Promise<VendorSim> {
  const world = () => server
  const realtime = openAiRealtimeRoutes(options, world)
  const text = openaiTextRoutes(options, world)
  const requests = [openAiAudioRoutes(options, world), realtime, text]
  const sockets = [realtime, openAiLiveRoutes(options, world), text]
  const server: SimServer = await openSimServer(options, {
    name: 'openai',
    basePath: '/v1',
    keyOf: realtime.keyOf,
    errorBody: openAiErrorBody,
    limitHeaders: () => ({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s' }),
    // The routes of texts come last and answer what nobody takes.
    onRequest: exchange => (requests.find(routes => routes.takes(exchange.url)) ?? text).onRequest(exchange),
    takesSocket: url => sockets.some(routes => routes.takesSocket(url)),
    onSocket: socket => sockets.find(routes => routes.takesSocket(socket.url))?.onSocket(socket),
  })
  return server.sim
}
