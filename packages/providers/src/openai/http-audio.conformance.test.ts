import { type AudioDialect, openOpenAiAudioSim } from '@parley/sim'
import { describeRecogniser } from '../conformance/recogniser-suite.test-kit.js'
import { describeVoice } from '../conformance/voice-suite.test-kit.js'
import { fileSttOptions, speechTtsOptions } from './audio-options.js'
import { type compatibleStt, openaiStt } from './audio-slots.js'
import { createFileStt } from './stt-file.js'
import { createSpeechTts } from './tts-speech.js'

const stt = (dialect: AudioDialect, options: object) => ({
  openSim: (given: Parameters<typeof openOpenAiAudioSim>[0]) => openOpenAiAudioSim({ ...given, dialect }),
  create: (context: Parameters<typeof compatibleStt.create>[1]) =>
    createFileStt({ options: fileSttOptions.parse(options), context, vendor: 'The server' }),
})

describeRecogniser({
  ...stt('openai', {}),
  create: context => openaiStt.create({ transport: 'file', model: 'm-1' }, context),
  name: 'OpenAI by files',
  partials: true,
})
describeRecogniser({
  ...stt('speaches', { profile: 'speaches', model: 'm-1', wordTimes: true }),
  name: 'speaches with times of words',
  partials: false,
  stages: ['connect', 'first'],
})
describeRecogniser({
  ...stt('whisper.cpp', { profile: 'whisper.cpp' }),
  name: 'whisper.cpp',
  partials: false,
  stages: ['first'],
})

const tts = (dialect: AudioDialect, options: object) => ({
  openSim: (given: Parameters<typeof openOpenAiAudioSim>[0]) => openOpenAiAudioSim({ ...given, dialect }),
  create: (context: Parameters<typeof compatibleStt.create>[1]) =>
    createSpeechTts({
      options: speechTtsOptions.parse({ model: 'm-1', voice: 'v-1', ...options }),
      context,
      vendor: 'The server',
    }),
  keptOpen: 0,
})

describeVoice({
  ...tts('speaches', { profile: 'speaches' }),
  name: 'speaches',
  wordTimes: false,
  stages: ['connect', 'first'],
})
describeVoice({
  ...tts('openai', { profile: 'openai', sse: true, takesInstructions: true }),
  name: 'OpenAI’s speech endpoint with events',
  wordTimes: false,
})
describeVoice({
  ...tts('kokoro', { profile: 'kokoro', wordTimes: true }),
  name: 'Kokoro with times of words',
  wordTimes: true,
  stages: ['connect', 'first'],
})
