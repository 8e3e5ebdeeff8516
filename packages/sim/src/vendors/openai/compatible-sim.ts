/** A server of one's own that speaks OpenAI's protocol, whole: texts as Ollama has them, sound as speaches has it. */

import { openAiAudioRoutes } from '../openai-audio/audio-sim.js'
import { openAiErrorBody } from '../openai-realtime/realtime-sim.js'
import { openaiTextRoutes } from '../openai-text/openai-text-sim.js'
import { openSimServer, type SimServer } from '../sim-server.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'

export async function openOpenAiCompatibleSim(options: SimOptions): Promise<VendorSim> {
  const world = () => server
  const sound = openAiAudioRoutes({ ...options, dialect: 'speaches' }, world)
  const text = openaiTextRoutes({ ...options, profile: 'ollama' }, world)
  const server: SimServer = await openSimServer(options, {
    name: 'openai-compatible',
    basePath: '/v1',
    needsKey: options.keys !== undefined,
    errorBody: openAiErrorBody,
    // The routes of texts come last and answer what nobody takes.
    onRequest: exchange => (sound.takes(exchange.url) ? sound : text).onRequest(exchange),
    takesSocket: text.takesSocket,
    onSocket: text.onSocket,
  })
  return server.sim
}
