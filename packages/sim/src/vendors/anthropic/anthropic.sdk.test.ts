import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { systemClock } from '@parley/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import type { SimPrompt, SimThought } from '../sim-brains.js'
import { type AnthropicSim, openAnthropicSim } from './anthropic-sim.js'

const given = { symbol: 'BTC', note: 'a "quoted" \\ path\n€ 😀' }
const tools: Anthropic.Tool[] = [
  {
    name: 'get_price',
    input_schema: { type: 'object', properties: { symbol: { type: 'string' } } },
    cache_control: { type: 'ephemeral' },
  },
]

let sim: AnthropicSim
let client: Anthropic
let isRefusing = false

function think({ messages, tools }: SimPrompt): Iterable<SimThought> {
  const last = messages.at(-1)
  if (last?.role === 'tool') return [{ kind: 'text', text: `It is ${last.text}.` }]
  const text: SimThought[] = ['One', ' moment', '.'].map(word => ({ kind: 'text', text: word }))
  return tools.length === 0
    ? text
    : [
        ...text,
        { kind: 'tool-call', name: 'get_price', arguments: JSON.stringify(given) },
        { kind: 'tool-call', name: 'get_price', arguments: '{}' },
      ]
}

beforeEach(async () => {
  isRefusing = false
  sim = await openAnthropicSim({
    clock: systemClock,
    random: seededRandom(3),
    brains: codedBrains({ think }),
    keys: ['sk-ant-sim'],
    models: [{ id: 'some-model' }],
    refuses: () => isRefusing,
  })
  client = new Anthropic({ apiKey: 'sk-ant-sim', baseURL: sim.baseUrl, maxRetries: 0 })
})

afterEach(() => sim.close())

const ask = (more: Partial<Anthropic.MessageStreamParams> = {}) =>
  client.messages
    .stream({
      model: 'some-model',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'How much?' }],
      ...more,
    })
    .finalMessage()

describe("Anthropic's own client at the simulated minds", () => {
  it('reads text and calls of one message, whatever is in them', async () => {
    const { content, stop_reason } = await ask({ tools })
    expect(stop_reason).toBe('tool_use')
    expect(content).toMatchObject([
      { type: 'text', text: 'One moment.' },
      { type: 'tool_use', name: 'get_price', input: given },
      { type: 'tool_use', name: 'get_price', input: {} },
    ])
    const calls = content.flatMap(block => (block.type === 'tool_use' ? [block] : []))
    const next = await ask({
      tools,
      messages: [
        { role: 'user', content: 'How much?' },
        { role: 'assistant', content },
        {
          role: 'user',
          content: calls.map(({ id }, at) => ({
            type: 'tool_result' as const,
            tool_use_id: id,
            content: `${at}`,
          })),
        },
      ],
    })
    expect(next.content).toMatchObject([{ type: 'text', text: 'It is 1.' }])
    expect(sim.complaints).toEqual([])
  })

  it('is told what was written to the cache and what was read from it', async () => {
    const system: Anthropic.TextBlockParam[] = [
      { type: 'text', text: 'You are a clerk. '.repeat(100), cache_control: { type: 'ephemeral' } },
    ]
    const { usage: first } = await ask({ system, tools })
    const { usage: second } = await ask({
      system,
      tools,
      messages: [{ role: 'user', content: 'Another question' }],
    })
    expect(first.cache_read_input_tokens).toBe(0)
    expect(first.cache_creation_input_tokens).toBeGreaterThan(100)
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens)
    expect(second.cache_creation_input_tokens).toBe(0)
  })

  it('reads a refusal and an end at the limit', async () => {
    expect((await ask({ max_tokens: 2 })).stop_reason).toBe('max_tokens')
    isRefusing = true
    const { stop_reason, stop_details } = await ask()
    expect(stop_reason).toBe('refusal')
    expect(stop_details?.category).toBe('cyber')
  })

  it('is refused what the version refuses, and what leaves calls without results', async () => {
    const status = async (more: Partial<Anthropic.MessageStreamParams>) => {
      const error = await ask(more).catch((thrown: unknown) => thrown)
      return error instanceof APIError ? error.status : error
    }
    expect(await status({ temperature: 0.5 } as Partial<Anthropic.MessageStreamParams>)).toBe(400)
    expect(await status({ messages: [{ role: 'assistant', content: 'Hi' }] })).toBe(400)
    const dangling: Anthropic.MessageParam[] = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_price', input: {} }] },
      { role: 'user', content: 'And?' },
    ]
    expect(await status({ tools, messages: dangling })).toBe(400)
    expect(sim.complaints).toHaveLength(3)
  })

  it('knows overload before an answer and in its middle', async () => {
    sim.overload(1)
    await expect(ask()).rejects.toMatchObject({ status: 529 })
    sim.overload(1, 2)
    const error = await ask().catch((thrown: unknown) => thrown)
    expect(error instanceof APIError && error.headers?.get('retry-after')).toBe('2')
    sim.behave({ fault: { kind: 'failing', stage: 'middle', times: 1 } })
    await expect(ask()).rejects.toMatchObject({ error: { error: { type: 'overloaded_error' } } })
  })

  it('counts tokens and lists models', async () => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'How much?' }]
    const { input_tokens } = await client.messages.countTokens({ model: 'some-model', messages })
    expect(input_tokens).toBeGreaterThan(0)
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['some-model'])
  })
})
