import type { CloseReason, SessionEvent, Tap } from '@parley/core'
import type { DeviceRole } from '@parley/protocol'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { createLatencyTally, type LatencyCount, type LatencyTargets } from './latency-tally.js'
import { createLatencyWatch, type LatencyType, latencyTypes } from './latency-watch.js'
import { memoryLimitBytes } from './memory-limit.js'
import { createProviderMetrics, type ProviderMetrics } from './provider-metrics.js'

/**
 * The one metrics registry of a process. Names and buckets of the voice metrics are an interface that dashboards rely
 * on. Only counters carry a tenant, and only the first 200 tenants by name, so that the page stays small.
 */
export interface Metrics {
  readonly registry: Registry
  /** Watches one session. `onLatency` hears what the histogram hears, in ms. */
  sessionTap(tenant: string, onLatency?: (type: LatencyType, ms: number) => void): Tap
  /** Sessions begun, by the edge they came through. */
  readonly sessionsByEdge: Counter<'edge'>
  /** Asked for at each look: devices in conversations now, by role. */
  countDevices(count: () => Readonly<Record<DeviceRole, number>>): void
  /** Devices that were not let into a conversation, by error code. */
  readonly joinsRefused: Counter<'code'>
  /** Sockets open now. */
  readonly connections: Gauge
  /** Upgrades refused before they became sockets. */
  readonly refusals: Counter<'reason'>
  /** API requests that were refused or failed. */
  readonly requestRefusals: Counter<'reason'>
  /** What session logs lost because it could not be written in time. */
  readonly logDrops: Counter
  /** 1 while a dependency answers, 0 while it does not. */
  readonly dependencyUp: Gauge<'dependency'>
  /** What vendors do, use and cost. */
  readonly providers: ProviderMetrics
  /** Measured and missed latencies since the start. */
  latencies(): readonly LatencyCount[]
}

export interface MetricsOptions {
  /** Targets of the settings; those of their defaults without. */
  readonly targets?: LatencyTargets
  readonly epochMs?: () => number
}

const usualTargets: LatencyTargets = { first_token: 300, partial_asr: 150, barge_in: 50 }

const MAX_TENANTS = 200
const LATENCY_BUCKETS = [0.05, 0.1, 0.15, 0.3, 0.5, 1, 2]
const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]

export function createMetrics(
  version: string,
  { targets = usualTargets, epochMs = () => 0 }: MetricsOptions = {},
): Metrics {
  const registry = new Registry()
  const tally = createLatencyTally(targets)
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'parley_memory_limit_bytes',
    help: 'Memory that the process may have: of its container, else of the machine',
    registers,
    collect() {
      this.set(memoryLimitBytes())
    },
  })
  new Gauge({
    name: 'parley_build_info',
    help: 'Version of the gateway; always 1',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1)

  const sessions = new Counter({
    name: 'voice_sessions_total',
    help: 'Voice sessions by tenant and status: started, then completed or failed',
    labelNames: ['tenant_id', 'status'],
    registers,
  })
  const active = new Gauge({ name: 'voice_sessions_active', help: 'Voice sessions now', registers })
  const latency = new Histogram({
    name: 'voice_latency_seconds',
    help: 'Latencies that have targets',
    labelNames: ['type'],
    buckets: LATENCY_BUCKETS,
    registers,
  })
  // There from the start: a rate over a series that appears with its first value loses that value.
  for (const type of latencyTypes) latency.zero({ type })
  const stages = new Histogram({
    name: 'parley_turn_stage_seconds',
    help: 'Time of a turn by stage of the latency ledger; the stages of a turn add up to parley_turn_seconds',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  })
  const turns = new Histogram({
    name: 'parley_turn_seconds',
    help: 'From the last voiced sample to the first sample heard',
    buckets: STAGE_BUCKETS,
    registers,
  })
  const warnings = new Counter({
    name: 'parley_session_warnings_total',
    help: 'Faults that did not end their session, by error code',
    labelNames: ['code'],
    registers,
  })
  const overlaps = new Counter({
    name: 'parley_overlaps_total',
    help: 'Speech into a reply, by what was made of it: hold, claim (a barge-in), pass',
    labelNames: ['ruling'],
    registers,
  })
  for (const ruling of ['hold', 'claim', 'pass']) overlaps.inc({ ruling }, 0)
  const reopened = new Counter({
    name: 'parley_turns_reopened_total',
    help: 'Turns that had been closed too early and went on before anything of the answer was heard',
    registers,
  })
  const prepared = new Counter({
    name: 'parley_replies_prepared_total',
    help: 'Answers generated before the end of the turn; used is the difference to the discarded ones',
    registers,
  })
  const discarded = new Counter({
    name: 'parley_replies_discarded_total',
    help: 'Prepared answers that were thrown away unheard',
    registers,
  })
  const wasted = new Counter({
    name: 'parley_discarded_audio_seconds_total',
    help: 'Sound of prepared answers that was thrown away unheard',
    registers,
  })
  const wastedTokens = new Counter({
    name: 'parley_discarded_tokens_total',
    help: 'Tokens of prepared answers that were thrown away unheard, as their provider counts them',
    labelNames: ['direction'],
    registers,
  })
  const fillers = new Counter({
    name: 'parley_fillers_total',
    help: 'Times the agent filled the wait for its answer',
    registers,
  })
  const recovered = new Counter({
    name: 'parley_floor_recovered_total',
    help: 'Conversations that waited for nothing and were set going again, by where they stood; 0 is right',
    labelNames: ['floor'],
    registers,
  })
  const tenantLabel = createTenantLabel()

  function count(event: SessionEvent, tenant: string): void {
    switch (event.kind) {
      case 'session-started':
        sessions.inc({ tenant_id: tenant, status: 'started' })
        active.inc()
        return
      case 'session-ended':
        sessions.inc({ tenant_id: tenant, status: outcomes[event.reason] })
        active.dec()
        return
      case 'ledger':
        for (const { stage, durationMs } of event.ledger.stages) stages.observe({ stage }, durationMs / 1000)
        turns.observe(event.ledger.totalMs / 1000)
        return
      case 'judged':
        overlaps.inc({ ruling: event.ruling })
        return
      case 'turn-reopened':
        reopened.inc()
        return
      case 'reply-prepared':
        prepared.inc()
        return
      case 'reply-discarded':
        discarded.inc()
        wasted.inc(event.audioMs / 1000)
        wastedTokens.inc({ direction: 'input' }, event.inputTokens)
        wastedTokens.inc({ direction: 'output' }, event.outputTokens)
        return
      case 'filler':
        fillers.inc()
        return
      case 'recovered':
        recovered.inc({ floor: event.floor })
        return
      case 'warning':
        warnings.inc({ code: event.code })
        return
      default:
        return
    }
  }

  return {
    registry,
    providers: createProviderMetrics(registry, epochMs),
    latencies: tally.counts,
    sessionTap(tenant, onLatency) {
      const label = tenantLabel(tenant)
      const watch = createLatencyWatch((type, ms) => {
        latency.observe({ type }, ms / 1000)
        tally.note(type, ms)
        onLatency?.(type, ms)
      })
      return {
        name: 'metrics',
        event(event) {
          count(event, label)
          watch(event)
        },
      }
    },
    sessionsByEdge: new Counter({
      name: 'parley_sessions_total',
      help: 'Sessions begun, by edge: voice-ws, webrtc, socketio, phone, realtime (sockets and calls of OpenAI Realtime clients)',
      labelNames: ['edge'],
      registers,
    }),
    countDevices(count) {
      new Gauge({
        name: 'parley_devices',
        help: 'Devices in conversations now, by role: one speaker each, listeners and controllers beside it',
        labelNames: ['role'],
        registers,
        collect() {
          for (const [role, devices] of Object.entries(count())) this.set({ role }, devices)
        },
      })
    },
    joinsRefused: new Counter({
      name: 'parley_joins_refused_total',
      help: 'Devices that were not let into a conversation, by error code',
      labelNames: ['code'],
      registers,
    }),
    connections: new Gauge({ name: 'parley_connections', help: 'Sockets open now', registers }),
    refusals: new Counter({
      name: 'parley_connections_refused_total',
      help: 'Upgrades refused, by error code',
      labelNames: ['reason'],
      registers,
    }),
    requestRefusals: new Counter({
      name: 'parley_requests_refused_total',
      help: 'API requests that were refused or failed, by error code',
      labelNames: ['reason'],
      registers,
    }),
    logDrops: new Counter({
      name: 'parley_session_log_dropped_total',
      help: 'Entries and outputs that session logs lost, because the disk was too slow or failed',
      registers,
    }),
    dependencyUp: new Gauge({
      name: 'parley_dependency_up',
      help: 'Whether what the gateway depends on answers',
      labelNames: ['dependency'],
      registers,
    }),
  }
}

const outcomes: Readonly<Record<CloseReason, 'completed' | 'failed'>> = {
  'hang-up': 'completed',
  client: 'completed',
  idle: 'completed',
  expired: 'completed',
  replaced: 'completed',
  'taken-over': 'completed',
  draining: 'completed',
  'handed-over': 'completed',
  lost: 'failed',
  protocol: 'failed',
  error: 'failed',
}

function createTenantLabel(): (tenant: string) => string {
  const known = new Set<string>()
  return tenant => {
    if (!known.has(tenant) && known.size >= MAX_TENANTS) return 'other'
    known.add(tenant)
    return tenant
  }
}
