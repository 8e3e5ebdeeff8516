import type { TextToSpeech } from '@parley/core'
import { openGoogleSim } from '@parley/sim'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import type { VendorContext } from '../vendor.js'
import { google } from './index.js'

const create = (options: object) => (context: VendorContext) => {
  const voice = google.tts?.create({ voice: 'en-US-Neural2-F', ...options }, context)
  return voice as TextToSpeech
}

// The answer comes whole: there is no middle for a fault to strike.
const stages = ['connect', 'first'] as const

describeVoice({
  name: 'Google',
  openSim: openGoogleSim,
  create: create({}),
  wordTimes: false,
  keptOpen: 0,
  stages,
})
describeVoice({
  name: 'Google with marks',
  openSim: openGoogleSim,
  create: create({ wordTimes: true, sampleRate: 16_000 }),
  wordTimes: true,
  keptOpen: 0,
  stages,
})
