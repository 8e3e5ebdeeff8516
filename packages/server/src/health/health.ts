import type { Cancel, Clock } from '@parley/core'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import { type Check, createCheck, type Probe } from './check.js'
import { createDependencyRecord, type DependencyReport } from './dependency-record.js'

/**
 * What the gateway says of its own state: that it lives, whether it can take conversations, and how each thing it
 * depends on does. Something that is not configured is not unhealthy.
 */

export const dependencies = ['database', 'redis', 'openai', 'voice_services'] as const
export type Dependency = (typeof dependencies)[number]

export type DependencyState = 'healthy' | 'unhealthy' | 'not_configured'

export interface VoiceHealth {
  readonly status: 'healthy' | 'unhealthy'
  /** ISO 8601. */
  readonly timestamp: string
  /** The gateway's own dependencies, always there, and each vendor that an agent uses. */
  readonly checks: Readonly<Record<Dependency, DependencyState> & Record<string, DependencyState>>
  /** What is wrong, when something is. */
  readonly error?: string
}

export interface Liveness {
  readonly status: 'ok' | 'healthy'
  readonly timestamp: string
  readonly activeCalls: number
  /** Seconds. */
  readonly uptime: number
}

export interface Readiness {
  readonly ready: boolean
  readonly reasons: readonly string[]
}

export interface Health {
  live(): Liveness
  ready(): Promise<Readiness>
  voice(): Promise<VoiceHealth>
  /** The same for people: since when, and what was last wrong. */
  inspect(): Promise<readonly DependencyReport[]>
  /** Whether the gateway takes conversations; false while it starts and once it drains. */
  setServing(serving: boolean, reason: string): void
  /** Vendors that agents use are checked, too, from now on; by their names in the registry. */
  addVendors(probes: Readonly<Record<string, Probe>>): void
  /** Checks by itself every `healthCheckIntervalMs` and logs what changes, until cancelled. */
  watch(): Cancel
}

export interface HealthOptions {
  readonly config: Pick<Config, 'healthStyle' | 'websocketPort' | 'healthCheckIntervalMs'>
  readonly clock: Clock
  /** Milliseconds since the epoch. */
  readonly epochMs: () => number
  /** Conversations now. */
  readonly activeSessions: () => number
  readonly probes: Readonly<Partial<Record<Dependency, Probe>>>
  readonly log: Log
  readonly metrics?: Pick<Metrics, 'dependencyUp'>
}

const PROBE_TIMEOUT_MS = 2_000
const OWN_FRESH_MS = 1_000

export function createHealth(options: HealthOptions): Health {
  const { config, clock, log } = options
  const startedMs = clock.now()
  let notServing: string | undefined = 'starting'
  const checks = new Map<string, Check>()
  const names = new Set<string>(dependencies)
  const record = createDependencyRecord(options.epochMs)
  for (const name of dependencies) {
    const probe = options.probes[name]
    // A vendor is asked no more often than the operator said; what is ours may be asked each second.
    const freshMs = name === 'openai' ? config.healthCheckIntervalMs : OWN_FRESH_MS
    if (probe) checks.set(name, createCheck({ probe, clock, timeoutMs: PROBE_TIMEOUT_MS, freshMs }))
  }
  const timestamp = () => new Date(options.epochMs()).toISOString()

  async function voice(): Promise<VoiceHealth> {
    const errors: string[] = []
    const states = await Promise.all(
      [...names].map(async name => {
        const state = await checks.get(name)?.()
        record.note(name, state)
        if (state?.status === 'unhealthy') errors.push(`${name}: ${state.reason}`)
        return [name, state?.status ?? 'not_configured'] as const
      }),
    )
    return {
      status: errors.length === 0 ? 'healthy' : 'unhealthy',
      timestamp: timestamp(),
      checks: Object.fromEntries(states) as VoiceHealth['checks'],
      ...(errors.length === 0 ? {} : { error: errors.join('; ') }),
    }
  }

  async function ready(): Promise<Readiness> {
    const own = await Promise.all([checks.get('database')?.(), checks.get('redis')?.()])
    const reasons = ['database', 'redis'].filter((_, index) => own[index]?.status === 'unhealthy')
    const all = notServing === undefined ? reasons : [notServing, ...reasons]
    return { ready: all.length === 0, reasons: all }
  }

  return {
    live: () => ({
      status: saysHealthy(config) ? 'healthy' : 'ok',
      timestamp: timestamp(),
      activeCalls: options.activeSessions(),
      uptime: Math.round(clock.now() - startedMs) / 1000,
    }),
    ready,
    voice,
    async inspect() {
      await voice()
      const found = record.reports()
      return [...names].flatMap(name => found.find(each => each.name === name) ?? [])
    },
    setServing(serving, reason) {
      notServing = serving ? undefined : reason
    },
    addVendors(probes) {
      for (const [name, probe] of Object.entries(probes)) {
        names.add(name)
        const freshMs = config.healthCheckIntervalMs
        checks.set(name, createCheck({ probe, clock, timeoutMs: PROBE_TIMEOUT_MS, freshMs }))
      }
    },
    watch: () =>
      watch({ voice, clock, log, everyMs: config.healthCheckIntervalMs, metrics: options.metrics }),
  }
}

function saysHealthy({ healthStyle, websocketPort }: HealthOptions['config']): boolean {
  return healthStyle === undefined ? websocketPort !== undefined : healthStyle === 'calls'
}

interface Watching {
  readonly voice: () => Promise<VoiceHealth>
  readonly clock: Clock
  readonly log: Log
  readonly everyMs: number
  readonly metrics: Pick<Metrics, 'dependencyUp'> | undefined
}

function watch({ voice, clock, log, everyMs, metrics }: Watching): Cancel {
  let stopped = false
  let cancelNext: Cancel = () => undefined
  let before: VoiceHealth | undefined

  async function look(): Promise<void> {
    const now = await voice()
    for (const [name, state] of Object.entries(now.checks)) {
      if (state === 'not_configured') continue
      metrics?.dependencyUp.set({ dependency: name }, state === 'healthy' ? 1 : 0)
    }
    if (now.status === 'unhealthy' && before?.error !== now.error)
      log.error({ error: now.error }, 'unhealthy')
    if (now.status === 'healthy' && before?.status === 'unhealthy') log.info('healthy again')
    before = now
    if (!stopped) cancelNext = clock.after(everyMs, () => void look())
  }

  void look()
  return () => {
    stopped = true
    cancelNext()
  }
}
