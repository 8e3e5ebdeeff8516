import { openAnthropicSim } from '@parley/sim'
import { describeModel } from '../conformance/model-suite.test-kit.js'
import { anthropicLlm } from './llm.js'

describeModel({
  name: 'Anthropic',
  openSim: openAnthropicSim,
  create: context => anthropicLlm.create({ model: 'some-model' }, context),
})
