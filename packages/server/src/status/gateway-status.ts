import type { Store } from '@parley/platform'
import { settingGroups } from '../config/settings.js'
import type { Door } from '../door/routes.js'
import { dependencies, type Health } from '../health/health.js'
import type { Metrics } from '../metrics/metrics.js'
import type { ServerParts, SettingsInForce } from '../serve.js'
import type { HostFigures } from './host-figures.js'
import type { OperationAnswer, StatusAnswer } from './status-schemas.js'

/**
 * The state of this node for people. However many look, it is gathered at most once in `freshMs`; nothing of it is kept
 * longer, and nothing in it is a secret.
 */

export interface StatusParts extends Pick<ServerParts, 'config' | 'limits' | 'version'> {
  readonly health: Pick<Health, 'inspect' | 'ready'>
  readonly metrics: Pick<Metrics, 'latencies' | 'logDrops' | 'providers' | 'refusals'>
  readonly door: Pick<Door, 'connections'>
  readonly store: Pick<Store, 'health' | 'kind'>
  readonly settings: SettingsInForce | undefined
  readonly activeSessions: () => number
  readonly look: () => HostFigures
  readonly epochMs: () => number
  readonly node: { readonly name: string; readonly runtime: string; readonly startedAtMs: number }
}

/** Without who asks. */
export type GatewayStatus = Omit<StatusAnswer, 'tenant' | 'scopes' | 'operation'> & {
  readonly operation: OperationAnswer
}

/** Two viewers that refresh together cost one look. */
const freshMs = 1_500
/** Rows the journal holds before it refuses. */
const journalRows = 10_000

export function createGatewayStatus(parts: StatusParts): () => Promise<GatewayStatus> {
  let last: { readonly atMs: number; readonly status: Promise<GatewayStatus> } | undefined
  return () => {
    const atMs = parts.epochMs()
    if (last !== undefined && atMs >= last.atMs && atMs - last.atMs < freshMs) return last.status
    const status = gather(parts)
    last = { atMs, status }
    status.catch(() => {
      last = undefined
    })
    return status
  }
}

async function gather(parts: StatusParts): Promise<GatewayStatus> {
  const { health, node, version, config, epochMs } = parts
  const [found, { ready, reasons }, operation] = await Promise.all([
    health.inspect(),
    health.ready(),
    operationOf(parts),
  ])
  const own: readonly string[] = dependencies.filter(name => name !== 'openai')
  return {
    node: { ...node, version, atMs: epochMs(), shared: config.redisUrl !== undefined },
    ready,
    reasons: [...reasons],
    dependencies: found.map(each => ({ ...each, own: own.includes(each.name) })),
    operation,
  }
}

async function operationOf(parts: StatusParts): Promise<OperationAnswer> {
  const { metrics, store, settings } = parts
  const [{ waiting, droppedEvents, tookMs, kind }, dropped, limits] = await Promise.all([
    store.health(),
    metrics.logDrops.get(),
    limitsOf(parts),
  ])
  return {
    sessions: parts.activeSessions(),
    limits,
    queues: [
      { name: 'store-waiting', value: waiting, limit: journalRows },
      { name: 'store-log-dropped', value: droppedEvents, limit: null },
      { name: 'recording-log-dropped', value: dropped.values[0]?.value ?? 0, limit: null },
    ],
    store: { kind, tookMs },
    host: { ...parts.look() },
    latency: metrics.latencies().map(each => ({ ...each })),
    providers: metrics.providers.states().map(each => ({ ...each })),
    settings: settings === undefined ? null : settingsOf(settings),
    problems: (settings?.problems ?? []).map(each => ({ ...each })),
  }
}

async function limitsOf({ config, door, limits, metrics }: StatusParts): Promise<OperationAnswer['limits']> {
  const { connectionsPerAddress, sessionsPerPrincipal, ratePerAddress, refused } = limits.usage()
  const refusals = await metrics.refusals.get()
  const full = refusals.values.find(({ labels }) => labels.reason === 'overloaded')?.value ?? 0
  return [
    {
      ...{ name: 'connections', limit: config.maxConnections, used: door.connections },
      ...{ holders: null, refused: full },
    },
    {
      ...{
        name: 'connectionsPerAddress',
        limit: connectionsPerAddress.limit,
        used: connectionsPerAddress.most,
      },
      ...{ holders: connectionsPerAddress.addresses, refused: refused.connections },
    },
    {
      ...{ name: 'sessionsPerPrincipal', limit: sessionsPerPrincipal.limit, used: sessionsPerPrincipal.most },
      ...{ holders: sessionsPerPrincipal.principals, refused: refused.sessions },
    },
    {
      ...{ name: 'ratePerAddress', limit: ratePerAddress.limit, windowMs: ratePerAddress.windowMs },
      ...{ used: null, holders: null, refused: refused.rate },
    },
  ]
}

function settingsOf({ resolved }: SettingsInForce): OperationAnswer['settings'] {
  return settingGroups.flatMap(({ title, keys }) =>
    resolved
      .filter(({ key }) => keys.includes(key))
      .map(({ env, shown, source }) => ({ group: title, name: env, value: shown, source })),
  )
}
