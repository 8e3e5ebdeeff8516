import { createConnection } from 'node:net'
import type { SessionId } from '@parley/core'
import { type Clock, ParleyError, systemClock } from '@parley/core'
import {
  createIdentity,
  createLimits,
  type Identity,
  type Limits,
  type Scope,
  signToken,
} from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import type { WebSocket } from 'ws'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import type { Config } from '../config/settings.js'
import { createDoor } from '../door/door.js'
import type { Door } from '../door/routes.js'
import type { Probe } from '../health/check.js'
import { createHealth, type Health } from '../health/health.js'
import { createHttp } from '../http/app.js'
import { openListeners } from '../http/listeners.js'
import type { SessionReader } from '../http/session-routes.js'
import { createLog, type Log } from '../log/log.js'
import { createMetrics, type Metrics } from '../metrics/metrics.js'

/** A gateway without conversations on a port of its own, for tests that speak to real sockets. */
export interface Rig {
  readonly url: string
  readonly urls: readonly string[]
  readonly port: number
  readonly door: Door
  readonly health: Health
  readonly metrics: Metrics
  /** Lines logged so far. */
  readonly lines: readonly string[]
  /** Sockets the door let in. */
  readonly sockets: readonly WebSocket[]
  stop(): Promise<void>
}

export const rigSecret = 'a secret of more than thirty-two characters'

export interface RigOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly probes?: Readonly<Partial<Record<'database' | 'redis' | 'openai' | 'voice_services', Probe>>>
  readonly clock?: Clock
  readonly consoleFolder?: string | false
  /** Puts a further edge at the door, and gives what it answers over HTTP. */
  readonly edge?: (parts: {
    readonly identity: Identity
    readonly limits: Limits
    readonly config: Config
    readonly log: Log
    readonly door: Door
    readonly metrics: Metrics
    readonly clock: Clock
  }) => FastifyPluginAsync
  /** `/echo` echoes; a test may put another edge there. */
  readonly onSocket?: (socket: WebSocket) => void
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const env = { PORT: '0', JWT_SECRET: rigSecret, LOG_LEVEL: 'debug', ...options.env }
  const { config } = resolveConfig(readEnvironment(env, '/nonexistent'))
  const lines: string[] = []
  const sink = { write: (line: string) => lines.push(line) }
  const log = createLog({ config: { ...config, logFormat: 'json' }, out: sink, err: sink })
  const clock = options.clock ?? systemClock
  const identity = createIdentity({ secret: config.jwtSecret, anonymousOnLoopback: !config.authRequired })
  const limits = createLimits(config)
  const metrics = createMetrics('0.0.0-test')
  const health = createHealth({
    config,
    clock,
    epochMs: Date.now,
    activeSessions: () => 0,
    probes: options.probes ?? {},
    log,
    metrics,
  })
  const door = createDoor({ identity, limits, config, log, metrics })
  const sockets: WebSocket[] = []
  door.routes.set('/echo', {
    scope: 'talk',
    protocols: ['parley.v1'],
    handle(socket, _request, principal) {
      sockets.push(socket)
      if (options.onSocket) return options.onSocket(socket)
      socket.send(JSON.stringify(principal))
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    },
  })
  const edgeRoutes = options.edge?.({ identity, limits, config, log, door, metrics, clock })
  const app = await createHttp({
    ...(edgeRoutes === undefined ? {} : { edgeRoutes }),
    config,
    identity,
    limits,
    metrics,
    health,
    sessions: fewSessions,
    door,
    log,
    version: '0.0.0-test',
    consoleFolder: options.consoleFolder ?? false,
  })
  const listeners = await openListeners({ app, door, config })
  const [url = ''] = listeners.urls
  return {
    url,
    urls: listeners.urls,
    port: Number(new URL(url).port),
    door,
    health,
    metrics,
    lines,
    sockets,
    async stop() {
      await door.close(AbortSignal.abort())
      await listeners.close(AbortSignal.abort())
      await app.close()
    },
  }
}

/** One session of the tenant `acme`, and a store that breaks for the tenant `broken`. */
const fewSessions: SessionReader = {
  async listSessions({ tenant, limit, before }) {
    if (tenant === 'broken') throw new Error('secret inner detail')
    if (before === 'bad') throw new ParleyError('bad_message', 'before is not one this store gave out')
    const listed = { ...session, interruptions: 0, recorded: false }
    return { sessions: tenant === 'acme' ? [listed].slice(0, limit) : [] }
  },
  async sessionFacets(tenant) {
    return { agents: tenant === 'acme' ? ['demo'] : [], edges: [], languages: [] }
  },
  async readUsage({ tenant, id }) {
    return tenant === 'acme' && id === session.id ? { kept: true, lines: [] } : undefined
  },
  async readSession({ tenant, id }) {
    if (tenant !== 'acme' || id !== session.id) return undefined
    return { ...session, turns: [], truncated: false }
  },
}

const session = {
  tenant: 'acme',
  id: 'ses_1' as SessionId,
  agent: 'demo',
  language: 'en',
  edge: 'voice-ws',
  startedAtMs: 1,
  turnCount: 0,
}

export function tokenFor(tenant: string, scopes?: readonly Scope[]): Promise<string> {
  return signToken({ secret: rigSecret, tenant, subject: 'ana', scopes, ttlSeconds: 60 })
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Writes these bytes to a port and gives what came back until the far end hung up, or until `until` is in it. */
export function rawRequest(port: number, text: string, until?: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let got = ''
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write(text))
    const give = () => {
      socket.destroy()
      resolve(parseAnswer(got))
    }
    socket.on('data', data => {
      got += data.toString('latin1')
      if (until !== undefined && got.includes(until)) give()
    })
    socket.on('end', give)
    socket.on('error', reject)
  })
}

function parseAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = lines.map(line => {
    const at = line.indexOf(':')
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
  })
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  }
}

export interface UpgradeRequest {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function upgradeText({ path = '/echo', headers = {} }: UpgradeRequest = {}): string {
  const all: Record<string, string> = {
    host: 'localhost',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}
