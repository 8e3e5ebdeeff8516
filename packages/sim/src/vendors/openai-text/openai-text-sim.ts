/**
 * OpenAI's minds on this machine, or a server that imitates them: chat completions, Responses by request and by socket,
 * and the list of models.
 */

import type { SimExchange } from '../sim-exchange.js'
import { openSimServer, type SimServer } from '../sim-server.js'
import type { SimSocket } from '../sim-socket.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { answerChat } from './chat-answer.js'
import { responsesServer } from './responses-serve.js'
import { textError, textErrorBody } from './text-errors.js'
import type { TextMaking } from './text-making.js'
import { type TextProfile, type TextQuirks, textQuirks } from './text-profile.js'

export interface OpenaiTextSimOptions extends SimOptions {
  /** Default `openai`. */
  readonly profile?: TextProfile
  /** What differs from the profile. */
  readonly quirks?: Partial<TextQuirks>
  /** Whether the model thinks before it speaks. Default false. */
  readonly reasons?: boolean
  /** Whether it forgets every response, so that none can be gone on from. Default false. */
  readonly forgets?: boolean
  /** Models that are listed, with the day they end. */
  readonly models?: readonly { readonly id: string; readonly shutdown_date?: string }[]
  /** Requests that are refused first, while the model is loaded. Default 0. */
  readonly loading?: number
}

/** Routes and sockets of a server, so that one server may have several vendors' paths. */
export interface TextRoutes {
  /** Whether the path is one of these. */
  takes(url: URL): boolean
  onRequest(exchange: SimExchange): Promise<void> | void
  takesSocket(url: URL): boolean
  onSocket(socket: SimSocket): void
}

export async function openOpenaiTextSim(options: OpenaiTextSimOptions): Promise<VendorSim> {
  const { profile = 'openai' } = options
  const routes = openaiTextRoutes(options, () => server)
  const quirks = { ...textQuirks[profile], ...options.quirks }
  const server: SimServer = await openSimServer(options, {
    name: profile === 'openai' ? 'openai' : 'openai-compatible',
    basePath: '/v1',
    needsKey: profile === 'openai' || options.keys !== undefined,
    errorBody: (status, sentence) => textErrorBody(textError(status, sentence), quirks),
    limitHeaders: () => ({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s' }),
    onRequest: routes.onRequest,
    takesSocket: routes.takesSocket,
    onSocket: routes.onSocket,
  })
  return server.sim
}

export function openaiTextRoutes(options: OpenaiTextSimOptions, server: () => SimServer): TextRoutes {
  const { profile = 'openai', reasons = false } = options
  const quirks = { ...textQuirks[profile], ...options.quirks }
  let ids = 0
  let loading = options.loading ?? 0
  const making: TextMaking = {
    options,
    profile,
    quirks,
    reasons,
    createdS: 1_795_000_000,
    newId: () => `${++ids}${Math.floor(options.random() * 1e12).toString(36)}`,
    headers: () =>
      profile === 'openai'
        ? {
            'x-ratelimit-limit-requests': '500',
            'x-ratelimit-remaining-requests': String(Math.max(0, 499 - (ids % 500))),
            'x-ratelimit-reset-requests': '120ms',
            'x-ratelimit-limit-tokens': '200000',
            'x-ratelimit-remaining-tokens': '199000',
            'x-ratelimit-reset-tokens': '6m0s',
            'x-request-id': `req_${ids}`,
            'openai-processing-ms': '12',
          }
        : {},
    server,
  }
  const responses = responsesServer(making, options.forgets ?? false)
  const models = () => ({
    object: 'list',
    data: (options.models ?? []).map(model => ({
      object: 'model',
      created: making.createdS,
      owned_by: 'sim',
      ...model,
    })),
  })
  const posts: Readonly<Record<string, (exchange: SimExchange) => Promise<void>>> = {
    '/v1/chat/completions': exchange => answerChat(making, exchange),
    '/v1/responses': responses.onRequest,
  }

  return {
    takes: ({ pathname }) => pathname in posts || pathname === '/v1/models' || pathname === '/health',
    onRequest(exchange) {
      const { pathname } = exchange.url
      const refuse = (status: number, sentence: string) =>
        exchange.reply(status, textErrorBody(textError(status, sentence), quirks), making.headers())
      if (loading > 0) {
        loading--
        return refuse(503, 'Loading model')
      }
      if (exchange.request.method === 'GET' && pathname === '/v1/models')
        return exchange.reply(200, models(), making.headers())
      if (exchange.request.method === 'GET' && pathname === '/health')
        return exchange.reply(200, { status: 'ok' })
      const post = exchange.request.method === 'POST' ? posts[pathname] : undefined
      return post === undefined ? refuse(404, `Invalid URL (${pathname})`) : post(exchange)
    },
    takesSocket: ({ pathname }) => profile === 'openai' && pathname === '/v1/responses',
    onSocket: responses.onSocket,
  }
}
