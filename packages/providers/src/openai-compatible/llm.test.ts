import { systemClock } from '@parley/core'
import {
  codedBrains,
  type OpenaiTextSimOptions,
  openOpenaiTextSim,
  seededRandom,
  type VendorSim,
} from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { misfitsOf, withoutPadding } from '../conformance/protocol-schema.test-kit.js'
import {
  ask,
  awkward,
  callsOf,
  priceThoughts,
  priceTool,
  stepOn,
  textContext,
  textOf,
} from '../conformance/text-rig.test-kit.js'
import { compatibleLlm } from './llm.js'

let sim: VendorSim

async function open(options: Partial<OpenaiTextSimOptions>): Promise<void> {
  const brains = codedBrains({ think: priceThoughts })
  sim = await openOpenaiTextSim({ clock: systemClock, random: seededRandom(5), brains, ...options })
}
afterEach(() => sim.close())

const make = (more: object, context = textContext(sim.baseUrl)) =>
  compatibleLlm.create({ model: 'some-model', ...more }, context)
const asking = { userText: 'How much?', tools: [priceTool] }
const bodies = () => sim.received.map(({ message }) => message as Readonly<Record<string, unknown>>)

describe('a mind behind a compatible server', () => {
  for (const profile of ['ollama', 'vllm', 'llama.cpp'] as const)
    it(`speaks with ${profile} through tools, and never says what it thinks`, async () => {
      await open({ profile, reasons: true })
      const mind = make({ profile, maxTokens: 300, temperature: 0.3, topP: 0.9 })
      const first = await ask(mind, asking)
      expect(textOf(first)).toBe('One moment.')
      expect(callsOf(first)).toMatchObject([{ arguments: awkward }, { arguments: {} }])
      expect(new Set(callsOf(first).map(({ id }) => id)).size).toBe(2)
      expect(textOf(await ask(mind, stepOn(asking, first)))).toBe('It is Failed: result 1')
      expect(sim.complaints).toEqual([])
      for (const kind of ['strict', 'wire'])
        expect(
          misfitsOf(`openai/chat-completions.${kind}`, 'ChatCompletionCreateParamsStreaming')(sim.received),
        ).toEqual([])
      expect(
        misfitsOf('openai/chat-completions.wire', 'ChatCompletionChunk')(sim.sent.map(withoutPadding)),
      ).toEqual([])
    })

  it('asks in the words that imitators know', async () => {
    await open({ profile: 'llama.cpp' })
    await ask(make({ profile: 'llama.cpp', maxTokens: 9, extraBody: { top_k: 20 } }), { userText: 'Hi' })
    const [body] = bodies()
    expect(body).toMatchObject({ max_tokens: 9, top_k: 20, messages: [{ role: 'system' }, { role: 'user' }] })
    expect(body).not.toHaveProperty('max_completion_tokens')
    expect(body).not.toHaveProperty('store')
  })

  it('turns thinking off and on in the words of each', async () => {
    await open({ profile: 'ollama' })
    for (const profile of ['ollama', 'vllm', 'llama.cpp'] as const)
      await ask(make({ profile, thinking: false }), { userText: 'Hi' })
    expect(bodies()[0]).toMatchObject({ reasoning_effort: 'none' })
    expect(bodies()[1]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } })
    expect(bodies()[2]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } })
  })

  it('tells Ollama nothing of a choice of tools, and others what was chosen', async () => {
    await open({ profile: 'ollama' })
    await ask(make({ profile: 'ollama', toolChoice: 'required' }), asking)
    await ask(make({ profile: 'vllm', toolChoice: 'required' }), asking)
    expect(bodies().map(({ tool_choice }) => tool_choice)).toEqual([undefined, 'required'])
  })

  it('puts what is asked of this answer before what is asked of all, but for a longer one', async () => {
    await open({ profile: 'vllm' })
    const mind = make({ profile: 'vllm', toolChoice: 'required', maxTokens: 50 })
    await ask(mind, { ...asking, toolChoice: 'none', maxOutputTokens: 20 })
    await ask(mind, { ...asking, toolChoice: { name: priceTool.name }, maxOutputTokens: 90 })
    await ask(make({ profile: 'ollama' }), { ...asking, toolChoice: 'none', maxOutputTokens: 20 })
    expect(bodies().map(({ tool_choice }) => tool_choice)).toEqual([
      'none',
      { type: 'function', function: { name: 'get_price' } },
      undefined,
    ])
    expect(bodies().map(({ max_tokens }) => max_tokens)).toEqual([20, 50, 20])
  })

  it('has Ollama load its model when it is warmed, by a single token', async () => {
    await open({ profile: 'ollama', models: [{ id: 'some-model:latest' }] })
    const context = textContext(sim.baseUrl)
    await make({ profile: 'ollama' }, context).warm?.()
    expect(sim.counts.requests).toBe(2)
    expect(bodies()).toMatchObject([{ max_tokens: 1, stream: false }])
    expect(context.warnings).toEqual([])
  })

  it('warns of a model that is not there, or that ends', async () => {
    await open({ profile: 'vllm', models: [{ id: 'other' }, { id: 'doomed', shutdown_date: '2027-01-14' }] })
    const context = textContext(sim.baseUrl)
    await make({ profile: 'vllm' }, context).warm?.()
    await make({ profile: 'vllm', model: 'doomed' }, context).warm?.()
    await make({ profile: 'llama.cpp' }, context).warm?.()
    expect(context.warnings).toEqual([
      expect.stringContaining('"some-model"; it has other, doomed'),
      expect.stringContaining('2027-01-14'),
    ])
  })

  it('says that a server is still loading its model', async () => {
    await open({ profile: 'llama.cpp', loading: 1 })
    const mind = make({ profile: 'llama.cpp' })
    const failure = {
      code: 'provider_overloaded',
      retryable: true,
      message: expect.stringContaining('Loading'),
    }
    await expect(ask(mind, { userText: 'Hi' })).rejects.toMatchObject(failure)
    expect(textOf(await ask(mind, { userText: 'Hi' }))).toBe('One moment.')
  })
})
