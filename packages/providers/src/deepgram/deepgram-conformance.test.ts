import { openDeepgramSim } from '@parley/sim'
import { describeRecogniser } from '../conformance/recogniser-suite.test-kit.js'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import { deepgram } from './index.js'

for (const [name, options] of [
  ['deepgram /v1/listen', { model: 'nova-3', endpointingMs: 300 }],
  ['deepgram flux', { model: 'flux-general-en' }],
] as const)
  describeRecogniser({
    name,
    openSim: openDeepgramSim,
    create: context => made(deepgram.stt?.create(options, context)),
    partials: true,
    toleranceMs: 60,
  })

describeRecogniser({
  name: 'deepgram /v1/listen that does not answer Finalize',
  openSim: options => openDeepgramSim({ ...options, habits: { answersFinalize: false } }),
  create: context => made(deepgram.stt?.create({ model: 'nova-3' }, context)),
  // Coded speech pauses between words for longer than the vendor's own endpointing.
  partials: false,
  toleranceMs: 60,
})

describeRecogniser({
  name: 'deepgram flux without ForceEndTurn',
  openSim: options => openDeepgramSim({ ...options, habits: { takesForceEndTurn: false } }),
  create: context => made(deepgram.stt?.create({ model: 'flux-general-en', forceEnd: false }, context)),
  partials: true,
  toleranceMs: 60,
})

for (const [name, model] of [
  ['deepgram aura', 'aura-2-thalia-en'],
  ['deepgram flux voice', 'flux-alexis-en'],
] as const)
  describeVoice({
    name,
    openSim: openDeepgramSim,
    create: context => made(deepgram.tts?.create({ model }, context)),
    wordTimes: false,
    // One that is full is replaced before it is missed.
    keptOpen: 2,
  })

function made<Made>(provider: Made | undefined): Made {
  if (provider === undefined) throw new Error('deepgram has no such slot')
  return provider
}
