import { openCartesiaSim } from '@parley/sim'
import { describeRecogniser } from '../conformance/recogniser-suite.test-kit.js'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import { cartesia } from './index.js'
import { sttOptions, ttsOptions } from './options.js'
import { cartesiaStt } from './stt.js'
import { cartesiaTts } from './tts.js'

describeVoice({
  name: cartesia.title,
  openSim: openCartesiaSim,
  create: context => cartesiaTts(ttsOptions.parse({ model: 'some-model', voice: 'some-voice' }), context),
  wordTimes: true,
  visemes: true,
})

describeRecogniser({
  name: `${cartesia.title}, told where speech ends,`,
  openSim: openCartesiaSim,
  create: context => cartesiaStt(sttOptions.parse({ model: 'some-model' }), context),
  partials: true,
  // Coded speech ends with 40 ms of silence, which is no word.
  toleranceMs: 45,
})

describeRecogniser({
  name: `${cartesia.title}, finding turns,`,
  openSim: openCartesiaSim,
  create: context => cartesiaStt(sttOptions.parse({ model: 'some-model', turns: 'turns' }), context),
  partials: true,
})
