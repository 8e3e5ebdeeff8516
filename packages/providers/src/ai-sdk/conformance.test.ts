import { openOpenaiTextSim } from '@parley/sim'
import { describeModel } from '../conformance/model-suite.test-kit.js'
import { aiSdkLlm } from './llm.js'

const module = new URL('./sim-provider.test-kit.js', import.meta.url).href

describeModel({
  name: 'A provider of the AI SDK',
  openSim: openOpenaiTextSim,
  create: context =>
    aiSdkLlm.create(
      { module, factory: 'createSim', model: 'some-model', settings: { baseURL: context.baseUrl } },
      context,
    ),
})
