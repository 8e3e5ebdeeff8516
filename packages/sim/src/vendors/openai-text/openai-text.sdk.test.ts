import { systemClock } from '@parley/core'
import OpenAI, { APIError } from 'openai'
import { ResponsesWS } from 'openai/resources/responses/ws'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import type { SimPrompt, SimThought } from '../sim-brains.js'
import type { VendorSim } from '../vendor-sim.js'
import { openOpenaiTextSim } from './openai-text-sim.js'

const call = { symbol: 'BTC', note: 'a "quoted" \\ path\n€ 😀' }
const parameters = { type: 'object', properties: { symbol: { type: 'string' } } }

let sim: VendorSim
let client: OpenAI

function think({ messages, tools }: SimPrompt): Iterable<SimThought> {
  const last = messages.at(-1)
  if (last?.role === 'tool') return [{ kind: 'text', text: `It is ${last.text}.` }]
  const text: SimThought[] = ['One', ' moment', '.'].map(word => ({ kind: 'text', text: word }))
  return tools.length === 0
    ? text
    : [...text, { kind: 'tool-call', name: 'get_price', arguments: JSON.stringify(call) }]
}

beforeEach(async () => {
  sim = await openOpenaiTextSim({
    clock: systemClock,
    random: seededRandom(3),
    brains: codedBrains({ think }),
    keys: ['sk-sim'],
    models: [{ id: 'some-model', shutdown_date: '2027-01-14' }],
  })
  client = new OpenAI({ apiKey: 'sk-sim', baseURL: sim.baseUrl, maxRetries: 0 })
})

afterEach(() => sim.close())

describe("OpenAI's own client at the simulated minds", () => {
  it('reads a chat completion with a tool call and its usage', async () => {
    const stream = client.chat.completions.stream({
      model: 'some-model',
      messages: [{ role: 'user', content: 'How much?' }],
      tools: [{ type: 'function', function: { name: 'get_price', parameters } }],
      stream_options: { include_usage: true },
    })
    const { choices, usage } = await stream.finalChatCompletion()
    expect(choices[0]?.message.content).toBe('One moment.')
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    const [made] = choices[0]?.message.tool_calls ?? []
    expect(made?.type === 'function' && JSON.parse(made.function.arguments)).toEqual(call)
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
    expect(sim.complaints).toEqual([])
  })

  it('reads a chat completion that does not stream', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'some-model',
      messages: [{ role: 'user', content: 'Hi' }],
      max_completion_tokens: 2,
    })
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'One moment' } })
  })

  it('reads a response, and goes on from one that was stored', async () => {
    const tools = [{ type: 'function' as const, name: 'get_price', parameters, strict: false }]
    const first = await client.responses
      .stream({ model: 'some-model', input: 'How much?', tools, store: true })
      .finalResponse()
    expect(first.output_text).toBe('One moment.')
    const made = first.output.find(item => item.type === 'function_call')
    expect(JSON.parse(made?.arguments ?? '')).toEqual(call)
    const second = await client.responses
      .stream({
        model: 'some-model',
        previous_response_id: first.id,
        input: [{ type: 'function_call_output', call_id: made?.call_id ?? '', output: '97,000' }],
        tools,
      })
      .finalResponse()
    expect(second.output_text).toBe('It is 97,000.')
    expect(second.usage?.input_tokens_details.cached_tokens).toBe(0)
    expect(sim.complaints).toEqual([])
  })

  it('reads responses over its socket, and an error of one', async () => {
    const socket = new ResponsesWS(client)
    const said: string[] = []
    const completed = new Promise<string>(resolve =>
      socket.on('response.completed', ({ response }) => resolve(response.id)),
    )
    socket.on('response.output_text.delta', ({ delta }) => said.push(delta))
    socket.send({ type: 'response.create', model: 'some-model', input: 'Hi', store: false })
    await completed
    expect(said.join('')).toBe('One moment.')
    const failed = new Promise<unknown>(resolve => socket.on('error', ({ error }) => resolve(error)))
    socket.send({
      type: 'response.create',
      model: 'some-model',
      input: 'And?',
      previous_response_id: 'resp_unknown',
    })
    expect(await failed).toMatchObject({ status: 400, error: { code: 'previous_response_not_found' } })
    socket.close()
  })

  it('warms a socket without an answer and goes on from that', async () => {
    const socket = new ResponsesWS(client)
    const completed: string[] = []
    const next = () =>
      new Promise<string>(resolve =>
        socket.once('response.completed', ({ response }) => resolve(response.id)),
      )
    const warm = next()
    // This version of the client has no type for it yet.
    socket.sendRaw(
      JSON.stringify({
        type: 'response.create',
        model: 'some-model',
        instructions: 'Be brief.',
        input: [],
        generate: false,
      }),
    )
    completed.push(await warm)
    const answer = next()
    socket.send({
      type: 'response.create',
      model: 'some-model',
      input: 'Hi',
      previous_response_id: completed[0] ?? '',
    })
    expect(await answer).toMatch(/^resp_/)
    socket.close()
    expect(sim.complaints).toEqual([])
  })

  it('lists models', async () => {
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id)).toEqual(['some-model'])
  })

  it('knows refusals, limits and breaks as what they are', async () => {
    const ask = () =>
      client.chat.completions
        .stream({ model: 'some-model', messages: [{ role: 'user', content: 'Hi' }] })
        .finalChatCompletion()
    const status = async () => {
      const error = await ask().catch((thrown: unknown) => thrown)
      return error instanceof APIError ? [error.status, error.code] : error
    }
    sim.behave({ fault: { kind: 'limited', stage: 'connect', times: 1, retryAfterMs: 1_500 } })
    expect(await status()).toEqual([429, 'rate_limit_exceeded'])
    sim.behave({ fault: { kind: 'failing', stage: 'middle', times: 1 } })
    expect(await ask().catch((thrown: unknown) => thrown)).toMatchObject({ type: 'server_error' })
    const stranger = new OpenAI({ apiKey: 'sk-other', baseURL: sim.baseUrl, maxRetries: 0 })
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
    await expect(
      client.chat.completions.create({ model: 'some-model', messages: [], stream: true }),
    ).rejects.toMatchObject({ status: 400 })
    expect(sim.complaints).toHaveLength(1)
  })
})
