import { openOpenaiTextSim } from '@parley/sim'
import { describeModel } from '../conformance/model-suite.test-kit.js'
import { openaiLlm } from './llm.js'

for (const api of ['responses-socket', 'responses', 'chat'] as const)
  describeModel({
    name: `OpenAI by ${api}`,
    openSim: openOpenaiTextSim,
    create: context => openaiLlm.create({ model: 'some-model', api }, context),
  })
