import { systemClock } from '@parley/core'
import { codedBrains, openOpenaiTextSim, seededRandom, type VendorSim } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { misfitsOf, withoutPadding } from '../conformance/protocol-schema.test-kit.js'
import {
  agent,
  ask,
  awkward,
  callsOf,
  priceThoughts,
  priceTool,
  stepOn,
  textContext,
  textOf,
  usageOf,
  user,
} from '../conformance/text-rig.test-kit.js'
import { openaiLlm } from './llm.js'

const every = {
  model: 'some-model',
  maxOutputTokens: 500,
  temperature: 0.5,
  topP: 0.9,
  reasoningEffort: 'none',
  verbosity: 'low',
  serviceTier: 'priority',
  promptCacheKey: 'agent-1',
  safetyIdentifier: 'hash',
  parallelToolCalls: true,
} as const

const apis = [
  {
    api: 'responses-socket',
    asked: ['openai/responses', 'WsClientEvent'],
    told: ['openai/responses.strict', 'WsServerEvent'],
  },
  {
    api: 'responses',
    asked: ['openai/responses', 'ResponseCreateParams'],
    told: ['openai/responses.strict', 'ResponseStreamEvent'],
  },
  {
    api: 'chat',
    asked: ['openai/chat-completions', 'ChatCompletionCreateParamsStreaming'],
    told: ['openai/chat-completions.strict', 'ChatCompletionChunk'],
  },
] as const

let sim: VendorSim

beforeEach(async () => {
  const brains = codedBrains({ think: priceThoughts })
  sim = await openOpenaiTextSim({ clock: systemClock, random: seededRandom(5), brains })
})
afterEach(() => sim.close())

it('goes on from the response before although what had to be called was called', async () => {
  const mind = openaiLlm.create({ model: 'some-model' }, textContext(sim.baseUrl))
  const request = { userText: 'How much is bitcoin?', tools: [priceTool] }
  const first = await ask(mind, { ...request, toolChoice: 'required' })
  await ask(mind, stepOn(request, first))
  await mind.close?.()
  expect(sim.received[1]?.message).toHaveProperty('previous_response_id')
  expect(sim.received[1]?.message).not.toHaveProperty('tool_choice')
})

for (const { api, asked, told } of apis)
  describe(`OpenAI by ${api}`, () => {
    it('sends and is sent what the schemas know, through tools and facts', async () => {
      const mind = openaiLlm.create({ ...every, api }, textContext(sim.baseUrl))
      const request = {
        userText: 'How much is bitcoin?',
        instructions: 'You are a clerk.',
        history: [user('hello'), agent('Good mor', { interrupted: true }), agent('Hello?', { own: true })],
        facts: [{ source: 'prices', text: 'BTC 97,000', asOfMs: 1_795_000_000_000 }],
        tools: [priceTool],
      }
      const first = await ask(mind, request)
      expect(callsOf(first)).toMatchObject([{ arguments: awkward }, { arguments: {} }])
      const second = await ask(mind, stepOn(request, first))
      expect(textOf(second)).toBe('It is Failed: result 1')
      expect(usageOf(second)).toMatchObject({ cachedTokens: 0 })
      await ask(mind, { userText: 'Thanks' })
      await mind.close?.()
      expect(sim.complaints).toEqual([])
      expect(sim.received).toHaveLength(3)
      for (const kind of ['wire', 'strict'])
        expect(misfitsOf(`${asked[0]}.${kind}`, asked[1])(sim.received)).toEqual([])
      expect(misfitsOf(told[0], told[1])(sim.sent.map(withoutPadding))).toEqual([])
    })

    it('says whether tools are to be used, and the shorter of two longest answers', async () => {
      const mind = openaiLlm.create({ ...every, api }, textContext(sim.baseUrl))
      const request = { userText: 'Hi', tools: [priceTool] }
      for (const toolChoice of ['auto', 'none', 'required', { name: 'get_price' }, { name: 'gone' }] as const)
        await ask(mind, { ...request, toolChoice, maxOutputTokens: 40 })
      await ask(mind, { userText: 'Hi', toolChoice: 'required', maxOutputTokens: 900 })
      await ask(mind, { ...request, maxOutputTokens: 3 })
      await mind.close?.()
      const named =
        api === 'chat'
          ? { type: 'function', function: { name: 'get_price' } }
          : { type: 'function', name: 'get_price' }
      const bodies = sim.received.map(({ message }) => message as Readonly<Record<string, unknown>>)
      const choices = ['auto', 'none', 'required', named, undefined, undefined, undefined]
      expect(bodies.map(({ tool_choice }) => tool_choice)).toEqual(choices)
      const limits = bodies.map(body => body.max_output_tokens ?? body.max_completion_tokens)
      expect(limits).toEqual([40, 40, 40, 40, 40, 500, api === 'chat' ? 3 : 16])
      expect(sim.complaints).toEqual([])
      for (const kind of ['wire', 'strict'])
        expect(misfitsOf(`${asked[0]}.${kind}`, asked[1])(sim.received)).toEqual([])
    })

    it('leaves out what no option names', async () => {
      const mind = openaiLlm.create({ model: 'some-model', api }, textContext(sim.baseUrl))
      await ask(mind, { userText: 'Hi' })
      await mind.close?.()
      const message = sim.received[0]?.message
      for (const name of ['temperature', 'top_p', 'reasoning', 'reasoning_effort', 'tools', 'text'])
        expect(message).not.toHaveProperty(name)
      expect(message).toMatchObject({ store: false, stream_options: { include_obfuscation: false } })
      expect(JSON.stringify(sim.sent)).not.toContain('obfuscation')
    })
  })

it('warns of a model that OpenAI itself is about to end, and of no other', () => {
  const hosted = textContext('https://api.openai.com/v1')
  openaiLlm.create({ model: 'gpt-4o-mini' }, hosted)
  openaiLlm.create({ model: 'some-model' }, hosted)
  openaiLlm.create({ model: 'gpt-4o-mini' }, textContext('http://localhost:1/v1'))
  expect(hosted.warnings).toEqual([expect.stringContaining('2027-01-14')])
})
