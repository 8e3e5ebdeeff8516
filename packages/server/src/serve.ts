import { randomBytes } from 'node:crypto'
import { type Clock, ParleyError } from '@parley/core'
import {
  type ApiKeys,
  createApiKeyStore,
  createApiKeys,
  createIdentity,
  createLimits,
  createTenantPolicies,
  type Identity,
  type Limits,
  type OpenStore,
  openStore,
  type Store,
  type TenantPolicies,
} from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import type { Resolution } from './config/resolve.js'
import type { Config } from './config/settings.js'
import { createDoor } from './door/door.js'
import type { Door } from './door/routes.js'
import type { Probe } from './health/check.js'
import { createHealth, type Dependency, type Health } from './health/health.js'
import { redisProbe } from './health/redis-probe.js'
import { vendorProbe } from './health/vendor-probe.js'
import { createHttp } from './http/app.js'
import { openListeners } from './http/listeners.js'
import type { Lifecycle } from './lifecycle.js'
import type { Log } from './log/log.js'
import { createMetrics, type Metrics } from './metrics/metrics.js'
import { requireMigrated } from './require-migrated.js'
import { type ServingStatus, servingStatus } from './serving-status.js'

/**
 * Starts what every gateway has, whatever its edges: store, identity, limits, door, health, pages, ports. The edges
 * come in through `attach`, register their routes at the door and say how many conversations they hold. Each part is
 * stopped by the lifecycle in the opposite order.
 */

/** What edges and engines get to work with. */
export interface ServerParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly identity: Identity
  /** Keys that tenants give out. */
  readonly keys: ApiKeys
  /** What tenants may and want. */
  readonly policies: TenantPolicies
  readonly limits: Limits
  readonly door: Door
  readonly health: Health
  readonly store: OpenStore
  readonly lifecycle: Lifecycle
  readonly version: string
  /** Undefined where whoever started the gateway had no variables. */
  readonly settings: SettingsInForce | undefined
}

/** The settings as they may be shown, and what was wrong with them when the gateway started. */
export type SettingsInForce = Pick<Resolution, 'resolved' | 'problems'>

/** What the conversations of this process tell the server. */
export interface Attached {
  /** Conversations now. */
  activeSessions(): number
  /** Answers `voice_services` of the health page: whether conversations can be held. */
  readonly probe?: Probe
  /** Answers for each vendor that an agent uses, by its name in the registry. */
  readonly vendorProbes?: Readonly<Record<string, Probe>>
  /**
   * Lets conversations end or move; resolves once none is left. `signal` aborts after PARLEY_DRAIN_MS, and they are
   * then ended whatever their state.
   */
  drain(signal: AbortSignal): Promise<void>
  /** Told once, when the ports are open: where. */
  listening?(urls: readonly string[]): void
  /** What the edges answer over HTTP. */
  readonly routes?: FastifyPluginAsync
  /** What people should know at the start, a sentence each. */
  readonly notices: readonly string[]
}

export interface ServeOptions {
  /** Where the settings came from, for those who may see it. */
  readonly settings?: SettingsInForce | undefined
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly lifecycle: Lifecycle
  readonly version: string
  readonly attach: (parts: ServerParts) => Promise<Attached>
}

export interface Serving {
  /** Where it listens, the main address first. */
  readonly urls: readonly string[]
  readonly notices: readonly string[]
  readonly parts: ServerParts
  getStatus(): ServingStatus
}

/** @throws ParleyError naming what could not be had: `port_in_use`, `store_…`, `bad_config`. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, clock, log, lifecycle } = options
  const metrics = createMetrics(options.version, {
    targets: {
      first_token: config.targetFirstTokenMs,
      partial_asr: config.targetPartialMs,
      barge_in: config.targetBargeInMs,
    },
    epochMs: Date.now,
  })
  const limits = createLimits(config)
  const store = await openOwnStore(options)
  lifecycle.onStop('store', () => store.close())
  const keys = createApiKeys({
    store: createApiKeyStore({ database: store.database, clock }),
    clock,
    epochMs: Date.now,
    randomBytes,
    warn: err => log.warn({ err }, 'when a key was used is not kept'),
  })
  const policies = createTenantPolicies({ database: store.database, clock })
  const identity = createIdentity({
    secret: config.jwtSecret,
    jwksUrl: config.jwksUrl,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    anonymousOnLoopback: !config.authRequired,
    keys,
  })

  let attached: Attached | undefined
  const activeSessions = () => attached?.activeSessions() ?? 0
  const probes = createProbes(config, store, () => attached)
  const health = createHealth({ config, clock, epochMs: Date.now, activeSessions, probes, log, metrics })
  const door = createDoor({ identity, limits, config, log, metrics })
  const parts: ServerParts = {
    config,
    clock,
    log,
    metrics,
    identity,
    keys,
    policies,
    limits,
    door,
    health,
    store,
    lifecycle,
    version: options.version,
    settings: options.settings,
  }
  attached = await options.attach(parts)
  health.addVendors(attached.vendorProbes ?? {})

  const { routes: edgeRoutes } = attached
  const app = await createHttp({
    ...parts,
    sessions: store,
    ...(edgeRoutes === undefined ? {} : { edgeRoutes }),
  })
  lifecycle.onStop('pages', () => app.close())
  const listeners = await openListeners({ app, door, config })
  lifecycle.onStop('ports', signal => listeners.close(signal))
  lifecycle.onStop('sockets', signal => door.close(signal))
  const { drain, notices } = attached
  attached.listening?.(listeners.urls)
  lifecycle.onStop('conversations', () => drainWithin(drain, clock, config.drainMs))
  const stopWatching = health.watch()
  let isRunning = true
  lifecycle.onStop('readiness', () => {
    isRunning = false
    stopWatching()
    health.setServing(false, 'draining')
    door.drain()
  })
  health.setServing(true, '')
  return {
    ...{ urls: listeners.urls, notices, parts },
    getStatus: () =>
      servingStatus({ isRunning, activeSessions: activeSessions(), latencies: metrics.latencies() }),
  }
}

/** The embedded database is brought up to date by itself; one that others share only when told. */
async function openOwnStore({ config, clock, log }: ServeOptions): Promise<OpenStore> {
  const { databaseUrl, dataDir, databaseConnections: maxConnections } = config
  const shared = databaseUrl !== undefined
  const store = await openStore({
    ...{ dataDir, clock, log, maxConnections, migrate: !shared },
    ...(shared ? { databaseUrl } : {}),
  })
  try {
    await requireMigrated(store)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

function createProbes(
  { openaiApiKey, openaiBaseUrl, openaiOrgId, redisUrl }: Config,
  store: Store,
  attached: () => Attached | undefined,
): Readonly<Partial<Record<Dependency, Probe>>> {
  return {
    async database() {
      const { ok, problem } = await store.health()
      if (!ok) throw new ParleyError('store_unavailable', problem)
    },
    async voice_services(signal) {
      const voice = attached()
      if (!voice) throw new ParleyError('internal', 'still starting')
      await voice.probe?.(signal)
    },
    ...(redisUrl === undefined ? {} : { redis: redisProbe(redisUrl) }),
    ...(openaiApiKey === undefined
      ? {}
      : {
          openai: vendorProbe({
            vendor: 'openai',
            title: 'OpenAI',
            baseUrl: openaiBaseUrl,
            key: openaiApiKey[0],
            organization: openaiOrgId,
          }),
        }),
  }
}

async function drainWithin(drain: Attached['drain'], clock: Clock, drainMs: number): Promise<void> {
  const late = new AbortController()
  const cancel = clock.after(drainMs, () => late.abort())
  try {
    await drain(late.signal)
  } finally {
    cancel()
  }
}
