import { openOpenAiRealtimeSim } from '@parley/sim'
import { describeRecogniser } from '../conformance/recogniser-suite.test-kit.js'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import { realtimeSttOptions, realtimeTtsOptions } from './audio-options.js'
import { createRealtimeStt } from './stt-realtime.js'
import { createRealtimeTts } from './tts-realtime.js'

describeRecogniser({
  name: 'OpenAI Realtime',
  openSim: openOpenAiRealtimeSim,
  create: context => createRealtimeStt(realtimeSttOptions.parse({ model: 'any-model' }), context),
  partials: true,
})

describeVoice({
  name: 'OpenAI Realtime',
  openSim: openOpenAiRealtimeSim,
  create: context =>
    createRealtimeTts(realtimeTtsOptions.parse({ model: 'any-model', voice: 'any-voice' }), context),
  wordTimes: false,
})
