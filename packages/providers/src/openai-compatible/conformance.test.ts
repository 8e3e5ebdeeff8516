import { openOpenaiTextSim, type SimOptions } from '@parley/sim'
import { describeModel } from '../conformance/model-suite.test-kit.js'
import { compatibleLlm } from './llm.js'

for (const profile of ['ollama', 'vllm', 'llama.cpp'] as const)
  describeModel({
    name: `${profile}, which reasons,`,
    openSim: (options: SimOptions) => openOpenaiTextSim({ ...options, profile, reasons: true }),
    create: context => compatibleLlm.create({ model: 'some-model', profile }, context),
  })

describeModel({
  name: 'A server that leaves thoughts in the text and has neither usage, ids nor an end mark',
  usage: false,
  openSim: (options: SimOptions) =>
    openOpenaiTextSim({
      ...options,
      profile: 'vllm',
      reasons: true,
      quirks: {
        reasoning: 'tags',
        usage: false,
        callIds: false,
        done: false,
        wholeCalls: true,
        sameIndex: true,
      },
    }),
  create: context => compatibleLlm.create({ model: 'some-model' }, context),
})
