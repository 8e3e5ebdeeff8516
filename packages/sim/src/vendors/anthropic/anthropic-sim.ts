/** Anthropic's minds on this machine: messages (streamed), counting of tokens, the list of models. */

import type { SimPrompt } from '../sim-brains.js'
import { simEventStream } from '../sim-event-stream.js'
import type { SimExchange } from '../sim-exchange.js'
import { openSimServer, type SimServer } from '../sim-server.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { type AnthropicError, anthropicErrorBody, anthropicErrorOfFault } from './anthropic-errors.js'
import { messageWriter } from './messages-answer.js'
import { type MessagesBody, messagesPrompt } from './messages-prompt.js'
import { promptCache } from './prompt-cache.js'

export interface AnthropicSimOptions extends SimOptions {
  /** Whether the model refuses this, after its first words. */
  refuses?(prompt: SimPrompt): boolean
  readonly models?: readonly { readonly id: string }[]
}

export interface AnthropicSim extends VendorSim {
  /** Answers 529 to this many requests from now on. */
  overload(times: number, retryAfterS?: number): void
}

export async function openAnthropicSim(options: AnthropicSimOptions): Promise<AnthropicSim> {
  const cache = promptCache()
  let ids = 0
  let overload: { times: number; readonly retryAfterS?: number } = { times: 0 }
  const newId = () => `${++ids}${Math.floor(options.random() * 1e12).toString(36)}`
  const headers = () => ({
    'request-id': `req_${newId()}`,
    'anthropic-organization-id': 'org-sim',
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2026-11-24T00:00:01Z',
    'anthropic-ratelimit-tokens-limit': '400000',
    'anthropic-ratelimit-tokens-remaining': '399000',
    'anthropic-ratelimit-tokens-reset': '2026-11-24T00:00:02Z',
  })

  const server: SimServer = await openSimServer(options, {
    name: 'anthropic',
    keyOf: ({ headers: given }) => one(given['x-api-key']) ?? bearer(given.authorization),
    errorBody: (status, message) => anthropicErrorBody({ status, message }, 'req_sim'),
    onRequest,
  })

  function onRequest(exchange: SimExchange): void | Promise<void> {
    const { pathname } = exchange.url
    const refuse = (error: AnthropicError, more: Readonly<Record<string, string>> = {}) =>
      exchange.reply(error.status, anthropicErrorBody(error, 'req_sim'), { ...headers(), ...more })
    if (overload.times > 0) {
      overload.times--
      const { retryAfterS } = overload
      return refuse(
        { status: 529, message: 'Overloaded' },
        retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) },
      )
    }
    const version = one(exchange.request.headers['anthropic-version'])
    if (version === undefined) {
      server.log.complain(`${pathname}: no anthropic-version`)
      return refuse({ status: 400, message: 'anthropic-version: header is required' })
    }
    if (exchange.request.method === 'GET' && pathname === '/v1/models')
      return exchange.reply(200, modelList(options), headers())
    if (exchange.request.method !== 'POST') return refuse({ status: 404, message: 'Not found' })
    const body = exchange.json() as MessagesBody | undefined
    if (body === undefined) return
    const isCount = pathname === '/v1/messages/count_tokens'
    const prompt = messagesPrompt(isCount ? { ...body, max_tokens: 1 } : body, version)
    if (typeof prompt === 'string') {
      server.log.complain(`${pathname}: ${prompt}`)
      return refuse({ status: 400, message: prompt })
    }
    if (isCount) {
      const { input, written, read } = promptCache().count(body)
      return exchange.reply(200, { input_tokens: input + written + read }, headers())
    }
    if (pathname !== '/v1/messages') return refuse({ status: 404, message: 'Not found' })
    if (body.stream !== true) return refuse({ status: 400, message: 'this simulator only streams' })
    return answer(exchange, body, prompt)
  }

  async function answer(exchange: SimExchange, body: MessagesBody, prompt: SimPrompt): Promise<void> {
    const stream = simEventStream(exchange, headers())
    const pace = server.temper.pace()
    const { random, brains, refuses } = options
    const writer = messageWriter({ stream, random, newId, model: prompt.model, prompt: cache.count(body) })
    let tokens = 0
    for await (const thought of brains.think(prompt)) {
      const fault = await pace.next(exchange.signal)
      if (exchange.signal.aborted) return
      if (fault !== undefined)
        return stream.fail(fault, {
          message: anthropicErrorBody(anthropicErrorOfFault(fault.kind), 'req_sim'),
          name: 'error',
        })
      if (tokens === body.max_tokens) return writer.end('max_tokens')
      tokens++
      writer.say(thought)
      if (refuses?.(prompt))
        return writer.end('refusal', {
          stop_details: { type: 'refusal', category: 'cyber', explanation: 'It is not allowed.' },
        })
    }
    writer.end(writer.called ? 'tool_use' : 'end_turn')
  }

  return Object.assign(server.sim, {
    overload(times: number, retryAfterS?: number) {
      overload = { times, ...(retryAfterS === undefined ? {} : { retryAfterS }) }
    },
  })
}

function modelList({ models = [] }: AnthropicSimOptions) {
  return {
    data: models.map(({ id }) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '2026-10-21T00:00:00Z',
    })),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function bearer(header: string | undefined): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1]
}
