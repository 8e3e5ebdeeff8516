import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { APICallError } from 'ai'
import { beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from '../conformance/rig.test-kit.js'
import {
  ask,
  callsOf,
  priceTool,
  stepOn,
  type TextContext,
  textContext,
  textOf,
  usageOf,
  user,
} from '../conformance/text-rig.test-kit.js'
import type { KeyOutcome } from '../wire/keys.js'
import { aiSdkLlm } from './llm.js'
import { factoryOf } from './load-model.js'
import { createMock, type MockAnswer, mockMind, mockStream } from './mock-provider.test-kit.js'

const module = new URL('./mock-provider.test-kit.js', import.meta.url).href

let context: TextContext
beforeEach(() => {
  context = textContext('')
})

const make = (model: string, more: object = {}) =>
  aiSdkLlm.create({ module, factory: 'createMock', model, ...more }, context)

function finish(
  reason: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other',
): LanguageModelV3StreamPart {
  return {
    type: 'finish',
    finishReason: { unified: reason, raw: reason === 'other' ? undefined : reason },
    usage: {
      inputTokens: { total: 20, noCache: 12, cacheRead: 8, cacheWrite: 0 },
      outputTokens: { total: 3, text: 3, reasoning: 0 },
    },
  }
}

const words = (...texts: string[]): LanguageModelV3StreamPart[] => [
  { type: 'stream-start', warnings: [] },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'secret' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'text-start', id: 't' },
  ...texts.map((delta): LanguageModelV3StreamPart => ({ type: 'text-delta', id: 't', delta })),
  { type: 'text-end', id: 't' },
]

describe('the bridge to the AI SDK', () => {
  it('gives words, calls and the cost, and goes on with results', async () => {
    const asked: MockAnswer[] = []
    mockMind('calls', each => {
      asked.push(each)
      return asked.length > 1
        ? [...words('Done.'), finish('stop')]
        : [
            ...words('One ', 'moment.'),
            { type: 'tool-call', toolCallId: 'a', toolName: 'get_price', input: '{"symbol":"BTC"}' },
            finish('tool-calls'),
          ]
    })
    const mind = make('calls', { settings: { baseURL: 'http://localhost:1' } })
    const request = {
      userText: 'How much?',
      history: [user('Hi')],
      instructions: 'You are a clerk.',
      tools: [priceTool],
    }
    const first = await ask(mind, request)
    expect(textOf(first)).toBe('One moment.')
    expect(callsOf(first)).toEqual([{ id: 'a', name: 'get_price', arguments: { symbol: 'BTC' } }])
    expect(usageOf(first)).toEqual({ kind: 'usage', inputTokens: 20, outputTokens: 3, cachedTokens: 8 })
    expect(textOf(await ask(mind, stepOn(request, first)))).toBe('Done.')
    expect(asked[0]).toMatchObject({
      settings: { apiKey: 'sk-test', baseURL: 'http://localhost:1' },
      tools: [{ type: 'function', name: 'get_price', inputSchema: priceTool.parameters }],
    })
    expect(asked[1]?.prompt).toMatchObject([
      { role: 'system', content: expect.stringMatching(/^You are a clerk\./) },
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'text' }, { type: 'tool-call', input: { symbol: 'BTC' } }] },
      { role: 'tool', content: [{ toolName: 'get_price', output: { type: 'text', value: 'result 0' } }] },
    ])
  })

  it('says whether tools are to be used, and the shorter of two longest answers', async () => {
    const asked: MockAnswer[] = []
    mockMind('wishes', each => {
      asked.push(each)
      return [...words('Yes.'), finish('stop')]
    })
    const request = { userText: 'How much?', tools: [priceTool] }
    const mind = make('wishes', { maxOutputTokens: 50 })
    await ask(mind, { ...request, toolChoice: 'required', maxOutputTokens: 20 })
    await ask(mind, { ...request, toolChoice: { name: 'get_price' }, maxOutputTokens: 90 })
    await ask(make('wishes'), { userText: 'Hi', toolChoice: 'required' })
    expect(asked.slice(0, 2).map(({ toolChoice }) => toolChoice)).toEqual([
      { type: 'required' },
      { type: 'tool', toolName: 'get_price' },
    ])
    expect(asked[2]?.toolChoice).not.toEqual({ type: 'required' })
    expect(asked.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([20, 50, undefined])
  })

  it('passes a call on that is no JSON, as the text it is', async () => {
    mockMind('garbled', () => [
      ...words(),
      { type: 'tool-call', toolCallId: 'a', toolName: 'get_price', input: '{"symbol":' },
      finish('tool-calls'),
    ])
    const parts = await ask(make('garbled'), { userText: 'Hi', tools: [priceTool] })
    expect(callsOf(parts)).toEqual([{ id: 'a', name: 'get_price', arguments: '{"symbol":' }])
  })

  it('tells the provider at once when it is aborted, and ends without a word', async () => {
    let asked: MockAnswer | undefined
    mockStream('slow', each => {
      asked = each
      return new ReadableStream({
        start(controller) {
          for (const part of words('Well')) controller.enqueue(part)
        },
      })
    })
    const own = new AbortController()
    const parts = make('slow')
      .stream({ history: [], language: 'en', userText: 'Hi' }, own.signal)
      [Symbol.asyncIterator]()
    expect((await parts.next()).value).toEqual({ kind: 'text', text: 'Well' })
    const rest = parts.next()
    own.abort()
    expect((await rest).done).toBe(true)
    expect(asked?.signal?.aborted).toBe(true)
  })

  it('loses patience with a provider that says nothing', async () => {
    mockStream('silent', () => new ReadableStream())
    const failing = failureOf(ask(make('silent', { firstOutputTimeoutMs: 1_000 }), { userText: 'Hi' }))
    while (context.clock.pending === 0) await new Promise(resolve => setImmediate(resolve))
    await context.clock.advance(1_000)
    expect(await failing).toMatchObject({ code: 'timeout', retryable: true })
  })

  it('knows the errors of providers, and tells the key', async () => {
    const outcomes: KeyOutcome[] = []
    context = textContext('', { keys: { take: async () => ({ key: 'sk-test', done: once(outcomes) }) } })
    mockStream('limited', () => {
      throw new APICallError({
        message: 'Too many',
        url: 'http://localhost',
        requestBodyValues: { secret: 'of the caller' },
        statusCode: 429,
        responseHeaders: { 'retry-after': '2' },
        responseBody: '{"error":{"message":"Slow down"}}',
      })
    })
    const error = await failureOf(ask(make('limited'), { userText: 'Hi' }))
    expect(error).toMatchObject({ code: 'provider_limited', details: { status: 429, retryAfterMs: 2_000 } })
    expect(error.message).toContain('Slow down')
    expect(error.cause).toBeUndefined()
    expect(outcomes[0]).toEqual({ kind: 'limited', retryAfterMs: 2_000 })
    mockStream('broken', () => {
      throw new Error('socket hang up')
    })
    expect(await failureOf(ask(make('broken'), { userText: 'Hi' }))).toMatchObject({
      code: 'provider_failed',
    })
    mockMind('fine', () => [...words('Hi'), finish('stop')])
    await ask(make('fine'), { userText: 'Hi' })
    expect(outcomes.at(-1)).toEqual({ kind: 'fine' })
  })

  it('says so where all tokens were thoughts', async () => {
    mockMind('thinks', () => [...words(), finish('length')])
    expect(await failureOf(ask(make('thinks'), { userText: 'Hi' }))).toMatchObject({
      code: 'provider_rejected',
    })
    mockMind('cut', () => [...words('One '), finish('length')])
    expect(textOf(await ask(make('cut'), { userText: 'Hi' }))).toBe('One ')
  })

  it('fails where the provider filters or breaks off', async () => {
    mockMind('filtered', () => [...words('Well'), finish('content-filter')])
    mockMind('cut', () => [...words('Well'), finish('other')])
    expect(await failureOf(ask(make('filtered')))).toMatchObject({ code: 'provider_rejected' })
    expect(await failureOf(ask(make('cut')))).toMatchObject({ code: 'provider_failed', retryable: true })
  })

  it('names the command that installs what is missing', async () => {
    const missing = aiSdkLlm.create({ module: '@ai-sdk/not-there', model: 'x' }, context)
    const error = await failureOf(missing.warm?.() ?? Promise.resolve())
    expect(error).toMatchObject({
      code: 'provider_missing',
      message: 'The package @ai-sdk/not-there is not installed; run: npm install @ai-sdk/not-there',
    })
    expect(await failureOf(ask(missing, { userText: 'Hi' }))).toMatchObject({ code: 'provider_missing' })
  })

  it('says which factories a package has, where it has not the one that is asked for', async () => {
    const wrong = make('x', { factory: 'notAFactory' })
    expect(await failureOf(wrong.warm?.() ?? Promise.resolve())).toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(createMock.name),
    })
  })

  it('guesses the factory from the package', () => {
    expect(factoryOf('@ai-sdk/mistral')).toBe('createMistral')
    expect(factoryOf('@ai-sdk/google-vertex')).toBe('createGoogleVertex')
    expect(factoryOf('ollama-ai-provider')).toBe('createOllamaAiProvider')
  })
})

/** As leases are: told once, later calls do nothing. */
function once(outcomes: KeyOutcome[]): (outcome: KeyOutcome) => void {
  let told = false
  return outcome => {
    if (!told) outcomes.push(outcome)
    told = true
  }
}
