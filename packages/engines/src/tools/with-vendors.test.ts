import { type LanguageModel, systemClock } from '@parley/core'
import { anthropic, fixedKey, openai, openSocket, type VendorContext } from '@parley/providers'
import {
  codedBrains,
  openAnthropicSim,
  openOpenAiSim,
  type SimPrompt,
  type SimThought,
  seededRandom,
  type VendorSim,
} from '@parley/sim'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { functionTool } from './function-tool.js'
import { withTools } from './with-tools.js'

/** Asks for both tools, then for one of them again, then says all it was told. */
function* think({ messages }: SimPrompt): Iterable<SimThought> {
  const told = messages.flatMap(each => (each.role === 'tool' ? [each.text] : []))
  if (told.length === 0) {
    yield { kind: 'text', text: 'Let me see.' }
    yield { kind: 'tool-call', name: 'price', arguments: '{"of":"tea €"}' }
    yield { kind: 'tool-call', name: 'stock', arguments: '{}' }
  } else if (told.length === 2) yield { kind: 'tool-call', name: 'price', arguments: '{"of":3}' }
  else yield { kind: 'text', text: `Told: ${told.join(' | ')}` }
}

const options = { clock: systemClock, random: seededRandom(5), brains: codedBrains({ think }) }

function contextFor(baseUrl: string): VendorContext {
  let ids = 0
  return {
    clock: systemClock,
    epochMs: () => 1_795_000_000_000,
    random: () => 0.5,
    newId: () => `id${++ids}`,
    baseUrl,
    keys: fixedKey('sk-test'),
    fetch,
    openSocket,
    warn: () => {},
  }
}

const tools = [
  functionTool({
    name: 'price',
    description: 'The price of a thing.',
    parameters: z.object({ of: z.string() }),
    run: ({ of }) => ({ of, price: 4 }),
  }),
  functionTool({
    name: 'stock',
    description: 'What there is.',
    parameters: z.object({}),
    run: () => {
      throw new Error('closed')
    },
  }),
]

const vendors: readonly (readonly [
  string,
  () => Promise<VendorSim>,
  (baseUrl: string) => LanguageModel | undefined,
])[] = [
  [
    'Anthropic',
    () => openAnthropicSim(options),
    baseUrl => anthropic.llm?.create({ model: 'some-model' }, contextFor(baseUrl)),
  ],
  [
    'OpenAI over sockets',
    () => openOpenAiSim(options),
    baseUrl => openai.llm?.create({ model: 'some-model' }, contextFor(baseUrl)),
  ],
  [
    'OpenAI over chat completions',
    () => openOpenAiSim(options),
    baseUrl => openai.llm?.create({ model: 'some-model', api: 'chat' }, contextFor(baseUrl)),
  ],
]

describe.each(vendors)('tools with %s', (_, open, make) => {
  it('are called and told of in the vendor’s own protocol, over several steps', async () => {
    const sim = await open()
    afterAll(() => sim.close())
    const vendor = make(sim.baseUrl)
    if (vendor === undefined) throw new Error('no such slot')
    const model = withTools(vendor, { tools, clock: systemClock })
    let said = ''
    const request = { userText: 'What is tea?', history: [], language: 'en', instructions: 'Be kind.' }
    for await (const part of model.stream(request, new AbortController().signal))
      if (part.kind === 'text') said += part.text
    await model.close?.()
    expect(said.replace(/\s+/g, ' ')).toMatch(
      /^Let me see\. Told: \{"of":"tea €","price":4\} \| .*The tool failed: closed \| .*The arguments do not fit: .*expected string.*$/,
    )
    expect(sim.complaints).toEqual([])
  })
})
