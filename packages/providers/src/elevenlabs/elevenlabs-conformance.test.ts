import { openElevenLabsSim } from '@parley/sim'
import { describeRecogniser } from '../conformance/recogniser-suite.test-kit.js'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import { elevenLabs } from './index.js'
import { sttOptions, ttsOptions } from './options.js'
import { elevenLabsStt } from './stt.js'
import { elevenLabsTts } from './tts.js'

const spoken = { model: 'some-model', voice: 'some-voice' }

describeVoice({
  name: `${elevenLabs.title} on sockets`,
  openSim: openElevenLabsSim,
  create: context => elevenLabsTts(ttsOptions.parse(spoken), context),
  wordTimes: true,
  visemes: true,
})

describeVoice({
  name: `${elevenLabs.title} over HTTP`,
  openSim: openElevenLabsSim,
  create: context => elevenLabsTts(ttsOptions.parse({ ...spoken, transport: 'http' }), context),
  wordTimes: true,
  visemes: true,
  // Once an answer has begun, HTTP has no words for a fault.
  stages: ['connect', 'first'],
})

describeRecogniser({
  name: elevenLabs.title,
  openSim: openElevenLabsSim,
  create: context => elevenLabsStt(sttOptions.parse({ model: 'some-model' }), context),
  partials: true,
  // Coded speech ends with 40 ms of silence, which is no word.
  toleranceMs: 45,
})
