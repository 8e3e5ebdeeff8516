export * from './listener.js'
export * from './phone/carrier-speech.js'
export * from './phone/connect-phone.js'
export * from './phone/far-end-buffer.js'
export * from './phone/phone-line.js'
export * from './phone/sim-phone.js'
export * from './phone/sim-phone-options.js'
export * from './random.js'
export * from './sim-caller.js'
export * from './sim-conversation.js'
export * from './sim-engine.js'
export * from './sim-world.js'
export * from './threshold-ear.js'
export {
  type AnthropicSim,
  type AnthropicSimOptions,
  openAnthropicSim,
} from './vendors/anthropic/anthropic-sim.js'
export { openCartesiaSim } from './vendors/cartesia/cartesia-sim.js'
export * from './vendors/coded-brains.js'
export * from './vendors/coded-speech.js'
export * from './vendors/deepgram/open-deepgram-sim.js'
export { openElevenLabsSim } from './vendors/elevenlabs/elevenlabs-sim.js'
export { type GoogleSim, type GoogleSimOptions, openGoogleSim } from './vendors/google/google-sim.js'
export { openOpenAiCompatibleSim } from './vendors/openai/compatible-sim.js'
export { type OpenAiSimOptions, openOpenAiSim } from './vendors/openai/openai-sim.js'
export * from './vendors/openai-audio/audio-dialect.js'
export * from './vendors/openai-audio/audio-sim.js'
export * from './vendors/openai-realtime/realtime-sim.js'
export {
  type OpenaiTextSimOptions,
  openaiTextRoutes,
  openOpenaiTextSim,
} from './vendors/openai-text/openai-text-sim.js'
export { openPollySim } from './vendors/polly/polly-sim.js'
export * from './vendors/sim-brains.js'
export type { SimExchange } from './vendors/sim-exchange.js'
export * from './vendors/sim-server.js'
export type { SimRefusal, SimServerSpec } from './vendors/sim-server-spec.js'
export type { SimSocket } from './vendors/sim-socket.js'
export { readSsml, type Ssml } from './vendors/ssml.js'
export { openTranscribeSim } from './vendors/transcribe/transcribe-sim.js'
export * from './vendors/vendor-sim.js'
export * from './virtual-clock.js'
