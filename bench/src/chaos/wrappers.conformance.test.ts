import { createResilientModel, createResilientRecogniser, createResilientVoice } from '@parley/engines'
import { anthropic, cartesia, deepgram, elevenLabs, openai } from '@parley/providers'
import {
  openAnthropicSim,
  openCartesiaSim,
  openDeepgramSim,
  openElevenLabsSim,
  openOpenaiTextSim,
} from '@parley/sim'
import { describeModel } from '../../../packages/providers/dist/conformance/model-suite.test-kit.js'
import { describeRecogniser } from '../../../packages/providers/dist/conformance/recogniser-suite.test-kit.js'
import { describeVoice } from '../../../packages/providers/dist/conformance/voice-suite.test-kit.js'
import type { Slot, VendorContext } from '../../../packages/providers/dist/vendor.js'

// What stands around an adapter keeps the promises of the adapter.
function made<Made>(slot: Slot<Made> | undefined, options: object, context: VendorContext): Made {
  if (slot === undefined) throw new Error('no such slot')
  return slot.create(options, context)
}

for (const [vendor, openSim] of [
  [openai, openOpenaiTextSim],
  [anthropic, openAnthropicSim],
] as const)
  describeModel({
    name: `${vendor.title} behind failover`,
    openSim,
    stages: [],
    create: context =>
      createResilientModel([made(vendor.llm, { model: 'any' }, context)], { clock: context.clock }),
  })

for (const [vendor, openSim, options] of [
  [cartesia, openCartesiaSim, { model: 'any', voice: 'any' }],
  [elevenLabs, openElevenLabsSim, { model: 'any', voice: 'any' }],
] as const)
  describeVoice({
    name: `${vendor.title} behind failover`,
    openSim,
    stages: [],
    create: context => createResilientVoice([made(vendor.tts, options, context)], { clock: context.clock }),
    wordTimes: true,
    visemes: true,
  })

describeRecogniser({
  name: 'Deepgram behind failover',
  openSim: openDeepgramSim,
  stages: [],
  create: context =>
    createResilientRecogniser([made(deepgram.stt, { model: 'any', endpointingMs: 300 }, context)], {
      clock: context.clock,
    }),
  partials: true,
})
