import type { SpeechToText, TextToSpeech } from '@parley/core'
import { openPollySim, openTranscribeSim, type SimOptions } from '@parley/sim'
import { describeRecogniser } from '../conformance/recogniser-suite.test-kit.js'
import { secretKey } from '../conformance/rig.test-kit.js'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import type { VendorContext } from '../vendor.js'
import { polly, transcribe } from './index.js'

// Virtual time would run out while these are loaded, which takes real time.
await Promise.all([import('@aws-sdk/client-polly'), import('@aws-sdk/client-transcribe-streaming')])

const account = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDSIM', secretAccessKey: secretKey, sessionToken: `session-${secretKey}` },
}

const voice = (options: object) => (context: VendorContext) =>
  polly.tts?.create({ ...account, voice: 'Joanna', engine: 'standard', ...options }, context) as TextToSpeech

const openSim = (options: SimOptions) => openPollySim({ ...options, keys: ['AKIDSIM'] })

describeVoice({
  name: 'Polly',
  openSim,
  create: voice({}),
  wordTimes: false,
  keptOpen: 0,
  stages: ['connect', 'first'],
})
describeVoice({
  name: 'Polly with marks',
  openSim,
  create: voice({ wordTimes: true, engine: 'neural' }),
  wordTimes: true,
  visemes: true,
  keptOpen: 0,
  stages: ['first'],
})
describeVoice({
  name: 'Polly by stream',
  openSim,
  create: voice({ streaming: true, engine: 'generative' }),
  wordTimes: false,
  keptOpen: 0,
})
describeRecogniser({
  name: 'Transcribe',
  openSim: options => openTranscribeSim({ ...options, keys: ['AKIDSIM'] }),
  create: context => transcribe.stt?.create(account, context) as SpeechToText,
  partials: true,
  toleranceMs: 120,
})
