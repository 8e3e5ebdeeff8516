import { ParleyError } from '@parley/core'
import { createLimits, localPrincipal, type Principal } from '@parley/platform'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createHealth } from '../health/health.js'
import { createMetrics } from '../metrics/metrics.js'
import { createHandClock } from '../testing/hand-clock.js'
import { createGatewayStatus } from './gateway-status.js'
import { statusRoutes } from './status-routes.js'

const secret = 'a-secret-that-nobody-may-see-0123456789'
const look = () => ({
  ...{ overMs: 1_000, eventLoopP99Ms: 11, eventLoopMaxMs: 40, cpuShare: 0.25, cores: 2, load1: 0.5 },
  ...{ residentBytes: 1e8, heapBytes: 5e7, memoryBytes: 1e9 },
})

async function rig(env: NodeJS.ProcessEnv = {}) {
  let nowMs = 1_000
  let database: Error | undefined
  const clock = createHandClock()
  const { config, ...settings } = resolveConfig(readEnvironment(env, '/nonexistent'))
  const metrics = createMetrics('1', {
    targets: { first_token: 300, partial_asr: 150, barge_in: 50 },
    epochMs: () => nowMs,
  })
  const limits = createLimits({ connectionsPerAddress: 1 })
  const health = createHealth({
    ...{ config, clock, epochMs: () => nowMs, activeSessions: () => 3 },
    probes: {
      async database() {
        if (database) throw database
      },
    },
    log: pino({ level: 'silent' }),
  })
  let looks = 0
  const status = createGatewayStatus({
    ...{ config, health, metrics, limits, settings, version: '1', epochMs: () => nowMs },
    door: { connections: 7 },
    store: {
      kind: 'pglite',
      health: async () => ({ ok: true, kind: 'pglite', tookMs: 1, waiting: 2, droppedEvents: 5 }),
    },
    activeSessions: () => 3,
    look() {
      looks += 1
      return look()
    },
    node: { name: 'here', runtime: 'Node.js', startedAtMs: 0 },
  })
  async function ask(principal: Principal = localPrincipal) {
    const app = Fastify()
    app.setValidatorCompiler(validatorCompiler)
    app.setSerializerCompiler(serializerCompiler)
    await app.register(statusRoutes(status, async () => principal))
    const { body } = await app.inject('/api/status')
    return { body, json: JSON.parse(body) }
  }
  return {
    ask,
    health,
    metrics,
    limits,
    looks: () => looks,
    breakDatabase: (error: Error | undefined) => {
      database = error
    },
    async later(ms: number) {
      nowMs += ms
      await clock.advance(ms)
    },
  }
}

describe('the state of a node', () => {
  it('tells how it is to whoever reads conversations, and what it is set to only to an operator', async () => {
    const { ask } = await rig()
    const { json } = await ask({ ...localPrincipal, tenant: 'acme', scopes: ['sessions:read'] })
    expect(json).toMatchObject({ tenant: 'acme', scopes: ['sessions:read'], operation: null, ready: false })
    expect(json.node).toEqual({
      name: 'here',
      runtime: 'Node.js',
      startedAtMs: 0,
      version: '1',
      atMs: 1_000,
      shared: false,
    })
    expect((await ask()).json.operation).toMatchObject({
      sessions: 3,
      queues: [{ value: 2, limit: 10_000 }, { value: 5 }, { value: 0 }],
      host: look(),
    })
  })

  it('never has a secret in it, nor a password of an address', async () => {
    const { ask } = await rig({ JWT_SECRET: secret, DATABASE_URL: `postgres://user:${secret}@db/parley` })
    const { body, json } = await ask()
    expect(body).not.toContain(secret)
    const shown = json.operation.settings.find(({ name }: { name: string }) => name === 'JWT_SECRET')
    expect(shown).toMatchObject({ group: 'Access', value: 'set (39 characters)', source: 'JWT_SECRET' })
  })

  it('says since when something is wrong, and what it was once it is well again', async () => {
    const { ask, later, breakDatabase } = await rig()
    const database = async () =>
      (await ask()).json.dependencies.find(({ name }: { name: string }) => name === 'database')
    expect(await database()).toMatchObject({ status: 'healthy', sinceMs: 1_000, own: true })
    expect((await database()).lastProblem).toBeUndefined()
    breakDatabase(new ParleyError('store_unavailable', 'gone'))
    await later(5_000)
    const problem = { text: 'gone', code: 'store_unavailable', atMs: 6_000 }
    expect(await database()).toMatchObject({ status: 'unhealthy', sinceMs: 6_000, lastProblem: problem })
    breakDatabase(undefined)
    await later(2_000)
    expect(await database()).toMatchObject({ status: 'healthy', sinceMs: 8_000, lastProblem: problem })
  })

  it('counts what limits refused and how full the fullest is', async () => {
    const { ask, limits } = await rig()
    await limits.connect('192.0.2.1')
    await limits.connect('192.0.2.1')
    const { json } = await ask()
    const found = json.operation.limits.map((each: { name: string }) => [each.name, each])
    expect(Object.fromEntries(found)).toMatchObject({
      connections: { limit: 1_000, used: 7, refused: 0 },
      connectionsPerAddress: { limit: 1, used: 1, holders: 1, refused: 1 },
      sessionsPerPrincipal: { limit: null, used: 0 },
      ratePerAddress: { limit: 300, windowMs: 60_000, used: null },
    })
  })

  it('tells which providers answer, fail and rest, and which targets were missed', async () => {
    const { ask, metrics, later } = await rig()
    const watcher = metrics.providers.watcher('llm', 'openai', 'small')
    metrics.providers.watcher('tts', 'cartesia', undefined)
    watcher.firstOutput(200)
    await later(2_000)
    watcher.failed(new ParleyError('provider_limited', 'slow down'))
    metrics.providers.incident({ slot: 'llm', provider: 'openai', action: 'rested' })
    const tap = metrics.sessionTap('acme')
    tap.event?.({ kind: 'ducked', atMs: 1, reply: 'r' as never, afterOnsetMs: 80 })
    const { operation } = (await ask()).json
    expect(operation.providers).toMatchObject([
      {
        ...{ slot: 'llm', provider: 'openai', state: 'resting', sinceMs: 3_000, answers: 1, failures: 1 },
        lastProblem: { code: 'provider_limited', text: 'slow down', atMs: 3_000 },
      },
      { slot: 'tts', provider: 'cartesia', state: 'idle', answers: 0 },
    ])
    expect(operation.latency[2]).toEqual({
      type: 'barge_in',
      targetMs: 50,
      measured: 1,
      missed: 1,
      worstMs: 80,
    })
    watcher.firstOutput(100)
    await later(2_000)
    expect((await ask()).json.operation.providers[0]).toMatchObject({ state: 'good', answers: 2 })
  })

  it('is gathered once for all who look at the same time', async () => {
    const { ask, looks, later } = await rig()
    await Promise.all([ask(), ask(), ask()])
    expect(looks()).toBe(1)
    await later(1_500)
    await ask()
    expect(looks()).toBe(2)
  })
})
