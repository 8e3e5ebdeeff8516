/**
 * OpenAI's Realtime API (GA) on this machine: conversations and transcription sessions over WebSocket, and client
 * secrets. The routes are also there for a server that serves more of the vendor than this.
 */

import type { IncomingMessage } from 'node:http'
import type { SimExchange } from '../sim-exchange.js'
import { openSimServer, type SimServer } from '../sim-server.js'
import type { SimSocket } from '../sim-socket.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { isFields } from './fields.js'
import { randomName } from './random-name.js'
import type { RealtimeQuirks } from './realtime-quirks.js'
import { serveRealtime } from './realtime-session.js'
import { realtimeDefaults } from './session-settings.js'

export interface RealtimeSimOptions extends SimOptions {
  /** Longest session, ms. Default 60 minutes. */
  readonly sessionMs?: number
  /** Pieces of audio that still go out after a cancel. Default 1. */
  readonly strayDeltas?: number
  /** For `expires_at`. Default: the system's. */
  readonly epochMs?: () => number
  readonly quirks?: RealtimeQuirks
}

export async function openOpenAiRealtimeSim(options: RealtimeSimOptions): Promise<VendorSim> {
  const routes = openAiRealtimeRoutes(options, () => server)
  const server: SimServer = await openSimServer(options, {
    name: 'openai',
    basePath: '/v1',
    keyOf: routes.keyOf,
    errorBody: openAiErrorBody,
    takesSocket: routes.takesSocket,
    onSocket: routes.onSocket,
    onRequest(exchange) {
      if (routes.takes(exchange.url)) return routes.onRequest(exchange)
      exchange.reply(404, openAiErrorBody(404, `Invalid URL (${exchange.url.pathname})`))
    },
  })
  return server.sim
}

/** Paths of a server, so that one server may have all of a vendor's. */
export interface RealtimeRoutes {
  takes(url: URL): boolean
  onRequest(exchange: SimExchange): void
  takesSocket(url: URL): boolean
  onSocket(socket: SimSocket): void
  /** The key of a request, also where a browser puts it, or a secret that was made here. */
  keyOf(request: IncomingMessage): string | undefined
}

export function openAiRealtimeRoutes(options: RealtimeSimOptions, server: () => SimServer): RealtimeRoutes {
  const secrets = new Set<string>()
  return {
    takes: ({ pathname }) => pathname === '/v1/realtime/client_secrets',
    onRequest: exchange => serveClientSecrets(exchange, secrets, options),
    takesSocket: ({ pathname }) => pathname === '/v1/realtime',
    onSocket(socket) {
      const key = keyIn(socket.request) ?? ''
      const isKnown = options.keys?.includes(key) ?? key !== ''
      const isKeyGood = options.quirks?.refusesAfterUpgrade !== true || isKnown || secrets.has(key)
      serveRealtime(socket, options, { temper: server().temper, isKeyGood })
    },
    keyOf(request) {
      const key = keyIn(request)
      if (options.quirks?.refusesAfterUpgrade === true) return options.keys?.[0] ?? key
      return key !== undefined && secrets.has(key) ? (options.keys?.[0] ?? key) : key
    },
  }
}

const keyProtocol = 'openai-insecure-api-key.'

function keyIn({ headers }: IncomingMessage): string | undefined {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim())
  const azure = headers['api-key']
  return (
    /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1] ??
    protocols.find(each => each.startsWith(keyProtocol))?.slice(keyProtocol.length) ??
    (typeof azure === 'string' ? azure : undefined)
  )
}

/** Makes a secret for a browser. */
function serveClientSecrets(exchange: SimExchange, secrets: Set<string>, options: RealtimeSimOptions): void {
  const asked = exchange.json()
  if (!isFields(asked)) return
  const value = `ek_${randomName(options.random, 32)}`
  secrets.add(value)
  const after = isFields(asked.expires_after) ? Number(asked.expires_after.seconds ?? 600) : 600
  const expiresAt = Math.floor((options.epochMs ?? Date.now)() / 1000) + after
  const session = isFields(asked.session) ? asked.session : {}
  const model = typeof session.model === 'string' ? session.model : ''
  exchange.reply(200, {
    value,
    expires_at: expiresAt,
    session: { ...realtimeDefaults(`sess_${value.slice(3, 23)}`, model, 0), ...session },
  })
}

const codeOfStatus: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'not_found',
  429: 'rate_limit_exceeded',
}

export function openAiErrorBody(status: number, message: string) {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'requests' : 'invalid_request_error'
  const said =
    status === 401 ? 'Incorrect API key provided. You can find your API key in your account.' : message
  return { error: { message: said, type, param: null, code: codeOfStatus[status] ?? null } }
}
