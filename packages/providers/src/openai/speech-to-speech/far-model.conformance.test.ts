import { openOpenAiRealtimeSim } from '@parley/sim'
import { describeConversation } from '../../conformance/conversation-suite.test-kit.js'
import { openaiRealtime } from './far-slot.js'

describeConversation({
  name: 'OpenAI Realtime',
  openSim: openOpenAiRealtimeSim,
  create: context => openaiRealtime.create({ model: 'any-model', transcription: { model: 't-1' } }, context),
})
