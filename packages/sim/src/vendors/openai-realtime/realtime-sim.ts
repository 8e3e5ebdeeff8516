/**
 * OpenAI's Realtime API (GA) on this machine: conversations and transcription sessions over WebSocket, and client
 * secrets. The routes are also there for a server that serves more of the vendor than this.
 */

import type { IncomingMessage } from 'node:http'
import { openSimServer, type SimExchange } from '../sim-server.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { isFields } from './fields.js'
import { randomName } from './random-name.js'
import { serveRealtime } from './realtime-session.js'
import { realtimeDefaults } from './session-settings.js'

export interface RealtimeSimOptions extends SimOptions {
  /** Longest session, ms. Default 60 minutes. */
  readonly sessionMs?: number
  /** Pieces of audio that still go out after a cancel. Default 1. */
  readonly strayDeltas?: number
  /** For `expires_at`. Default: the system's. */
  readonly epochMs?: () => number
}

export async function openOpenAiRealtimeSim(options: RealtimeSimOptions): Promise<VendorSim> {
  const secrets = new Set<string>()
  const server = await openSimServer(options, {
    name: 'openai',
    basePath: '/v1',
    keyOf: (request, url) => realtimeKeyOf(request, url, { secrets, keys: options.keys }),
    errorBody: openAiErrorBody,
    takesSocket: takesRealtime,
    onSocket: socket => serveRealtime(socket, options, server.temper),
    onRequest(exchange) {
      if (!serveClientSecrets(exchange, secrets, options))
        exchange.reply(
          404,
          openAiErrorBody(404, `Invalid URL (${exchange.request.method} ${exchange.url.pathname})`),
        )
    },
  })
  return server.sim
}

export function takesRealtime(url: URL): boolean {
  return url.pathname === '/v1/realtime'
}

const keyProtocol = 'openai-insecure-api-key.'

/** A key from the header, the sub-protocol a browser uses, Azure's header, or a secret that was made here. */
export function realtimeKeyOf(
  request: IncomingMessage,
  _url: URL,
  { secrets, keys }: { readonly secrets: ReadonlySet<string>; readonly keys: readonly string[] | undefined },
): string | undefined {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim())
  const azure = request.headers['api-key']
  const key =
    /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ??
    protocols.find(each => each.startsWith(keyProtocol))?.slice(keyProtocol.length) ??
    (typeof azure === 'string' ? azure : undefined)
  return key !== undefined && secrets.has(key) ? (keys?.[0] ?? key) : key
}

/** Makes a secret for a browser. False: this request is for somebody else. */
export function serveClientSecrets(
  exchange: SimExchange,
  secrets: Set<string>,
  options: RealtimeSimOptions,
): boolean {
  if (exchange.request.method !== 'POST' || exchange.url.pathname !== '/v1/realtime/client_secrets')
    return false
  const asked = exchange.json()
  if (!isFields(asked)) return true
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
  return true
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
