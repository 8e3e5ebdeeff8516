import { systemClock } from '@parley/core'
import { type AnthropicSim, codedBrains, openAnthropicSim, seededRandom } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
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
import { anthropicLlm } from './llm.js'

let sim: AnthropicSim

beforeEach(async () => {
  const brains = codedBrains({ think: priceThoughts })
  sim = await openAnthropicSim({ clock: systemClock, random: seededRandom(5), brains, keys: ['sk-test'] })
})
afterEach(() => sim.close())

const make = (more: object = {}) =>
  anthropicLlm.create({ model: 'some-model', ...more }, textContext(sim.baseUrl))
const bodies = () => sim.received.map(({ message }) => message as Readonly<Record<string, unknown>>)

describe('Anthropic', () => {
  it('sends and is sent what the schemas know, through tools and facts', async () => {
    const mind = make({
      betas: ['some-beta'],
      effort: 'low',
      cache: '1h',
      parallelToolCalls: false,
      serviceTier: 'auto',
      speed: 'standard',
      userId: 'hash',
    })
    const request = {
      userText: 'How much is bitcoin?',
      instructions: 'You are a clerk.',
      history: [agent('Good mor', { interrupted: true, own: true }), user('hello'), agent('Yes?')],
      facts: [{ source: 'prices', text: 'BTC 97,000', asOfMs: 1_795_000_000_000 }],
      tools: [priceTool],
    }
    const first = await ask(mind, request)
    expect(textOf(first)).toBe('One moment.')
    expect(callsOf(first)).toMatchObject([{ arguments: awkward }, { arguments: {} }])
    expect(textOf(await ask(mind, stepOn(request, first)))).toBe('It is result 1')
    expect(sim.complaints).toEqual([])
    for (const kind of ['strict', 'wire'])
      expect(misfitsOf(`anthropic/messages.${kind}`, 'MessageCreateParams')(sim.received)).toEqual([])
    const events = sim.sent.filter(({ message }) => (message as { type: string }).type !== 'ping')
    expect(misfitsOf('anthropic/messages.strict', 'RawMessageStreamEvent')(events)).toEqual([])
  })

  it('pins the version and turns thinking off unless told otherwise', async () => {
    const seen: Headers[] = []
    const context = textContext(sim.baseUrl, {
      fetch: (url, init) => {
        seen.push(new Headers(init?.headers))
        return fetch(url, init)
      },
    })
    await ask(anthropicLlm.create({ model: 'some-model' }, context), { userText: 'Hi' })
    await ask(make({ thinking: 'adaptive' }), { userText: 'Hi' })
    await ask(make({ thinking: 'default', version: '2023-06-01', temperature: 0.4 }), { userText: 'Hi' })
    expect(seen[0]?.get('anthropic-version')).toBe('2026-10-21')
    expect(bodies().map(({ thinking }) => thinking)).toEqual([
      { type: 'disabled' },
      { type: 'adaptive' },
      undefined,
    ])
    expect(bodies()[2]).toMatchObject({ temperature: 0.4 })
  })

  it('says whether tools are to be used, and the shorter of two longest answers', async () => {
    const request = { userText: 'Hi', tools: [priceTool], maxOutputTokens: 40 }
    const choices = ['auto', 'none', 'required', { name: 'get_price' }, { name: 'gone' }] as const
    for (const toolChoice of choices) await ask(make(), { ...request, toolChoice })
    await ask(make(), { userText: 'Hi', toolChoice: 'required', maxOutputTokens: 9_000 })
    await ask(make({ parallelToolCalls: false }), { ...request, toolChoice: 'required' })
    // A model that may think is refused a call that it has to make.
    await ask(make({ thinking: 'adaptive' }), { ...request, toolChoice: 'required' })
    expect(bodies().map(({ tool_choice }) => tool_choice)).toEqual([
      { type: 'auto' },
      { type: 'none' },
      { type: 'any' },
      { type: 'tool', name: 'get_price' },
      undefined,
      undefined,
      { type: 'any', disable_parallel_tool_use: true },
      { type: 'auto' },
    ])
    expect(bodies().map(({ max_tokens }) => max_tokens)).toEqual([40, 40, 40, 40, 40, 1_024, 40, 40])
    expect(sim.complaints).toEqual([])
    for (const kind of ['strict', 'wire'])
      expect(misfitsOf(`anthropic/messages.${kind}`, 'MessageCreateParams')(sim.received)).toEqual([])
  })

  it('takes no sampling for a version that refuses it', () => {
    const refused = { code: 'bad_config', message: expect.stringContaining('2026-10-21') }
    expect(() => make({ temperature: 0.4 })).toThrow(expect.objectContaining(refused))
    expect(() => make({ topP: 0.4, version: '2027-01-01' })).toThrow(expect.objectContaining(refused))
  })

  it('reads from the cache in the next turn what was said before', async () => {
    const mind = make()
    const history = [user('Tell me a long story. '.repeat(30)), agent('Once upon a time. '.repeat(30))]
    const facts = [{ source: 'clock', text: 'It is noon.', asOfMs: 0 }]
    const same = { instructions: 'You are a clerk. '.repeat(50), facts }
    const first = usageOf(await ask(mind, { ...same, history, userText: 'And then?' }))
    const later = [...history, user('And then?'), agent('They lived.')]
    const second = usageOf(await ask(mind, { ...same, history: later, userText: 'Thanks' }))
    const third = usageOf(await ask(mind, { ...same, history: later, userText: 'Really' }))
    expect(first?.cachedTokens).toBe(0)
    expect(second?.cachedTokens).toBeGreaterThan(400)
    expect((third?.inputTokens ?? 0) - (third?.cachedTokens ?? 0)).toBeLessThan(150)
    expect(JSON.stringify(bodies()[0]).match(/cache_control/g)).toHaveLength(2)
  })

  it('marks nothing for the cache where it is off', async () => {
    await ask(make({ cache: 'off' }), { userText: 'Hi', tools: [priceTool] })
    expect(JSON.stringify(bodies()[0])).not.toContain('cache_control')
  })

  it('knows overload, with and without a time to wait', async () => {
    const mind = make()
    sim.overload(1)
    await expect(ask(mind, { userText: 'Hi' })).rejects.toMatchObject({
      code: 'provider_overloaded',
      retryable: true,
      details: { status: 529 },
    })
    sim.overload(1, 3)
    await expect(ask(mind, { userText: 'Hi' })).rejects.toMatchObject({ details: { retryAfterMs: 3_000 } })
    sim.behave({ fault: { kind: 'failing', stage: 'middle', times: 1 } })
    await expect(ask(mind, { userText: 'Hi' })).rejects.toMatchObject({ code: 'provider_overloaded' })
  })

  it('tells the key what the headers say is left', async () => {
    const outcomes: object[] = []
    const done = (outcome: object) => void outcomes.push(outcome)
    const context = textContext(sim.baseUrl, {
      keys: { take: async () => ({ key: 'sk-test', done }) },
      epochMs: () => Date.parse('2026-11-24T00:00:00Z'),
    })
    await ask(anthropicLlm.create({ model: 'some-model' }, context), { userText: 'Hi' })
    expect(outcomes[0]).toEqual({
      kind: 'fine',
      rate: { remainingRequests: 3_999, remainingTokens: 399_000, resetMs: 2_000 },
    })
  })

  it('warms its connection by the list of models', async () => {
    await make().warm?.()
    expect(sim.counts.requests).toBe(1)
    expect(sim.complaints).toEqual([])
  })
})
