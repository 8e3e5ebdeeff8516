import { isLoopbackAddress } from '../identity/address.js'
import type { Principal } from '../identity/principal.js'
import { addressKey, createMemoryRateLimiter, type RateLimiter } from './buckets.js'
import { createTally } from './tally.js'

/**
 * The one limiter of a process: how fast an address may knock, how many connections it may hold, how many sessions a
 * principal may have at once. A limit refuses at once and says when to come again; nothing is ever queued.
 */

export interface LimitsOptions {
  /** Connections an address may hold. Unset: 100, and no limit for this machine itself. */
  readonly connectionsPerAddress?: number | undefined
  /** Requests and connections an address may begin per window. Unset: 300, and no limit for this machine itself. */
  readonly ratePerAddress?: number | undefined
  /** Default 60 000. */
  readonly rateWindowMs?: number | undefined
  /** Sessions a principal may have at once. Unset: no limit but the gateway's own. */
  readonly sessionsPerPrincipal?: number | undefined
  /** Where the rates are kept; in memory by default. */
  readonly rates?: RateLimiter
}

export type LimitName = 'rate' | 'connections' | 'sessions'

/** `ok` with a release to call once, or the limit that was met. */
export type LimitVerdict =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly limit: LimitName; readonly retryAfterMs: number }

export interface Limits {
  /** One HTTP request. Nothing is held; `release` does nothing. */
  request(address: string): Promise<LimitVerdict>
  /** One connection, held until `release`. Counts against the rate too. */
  connect(address: string): Promise<LimitVerdict>
  /** One session of a principal, held until `release`. */
  beginSession(principal: Principal): LimitVerdict
  /** What is held now, and what was refused since the start. */
  usage(): LimitUsage
}

/** A limit is null where there is none. Those by address do not hold for this machine itself, unless they are set. */
export interface LimitUsage {
  readonly connectionsPerAddress: {
    readonly limit: number
    readonly most: number
    readonly addresses: number
  }
  readonly sessionsPerPrincipal: {
    readonly limit: number | null
    readonly most: number
    readonly principals: number
  }
  readonly ratePerAddress: { readonly limit: number; readonly windowMs: number }
  readonly refused: Readonly<Record<LimitName, number>>
}

const DEFAULT_CONNECTIONS = 100
const DEFAULT_RATE = 300
const DEFAULT_WINDOW_MS = 60_000
/** When a held place will be free nobody knows; a client that asks this often does no harm. */
const HELD_RETRY_MS = 5_000

export function createLimits(options: LimitsOptions = {}): Limits {
  const windowMs = options.rateWindowMs ?? DEFAULT_WINDOW_MS
  const rates =
    options.rates ?? createMemoryRateLimiter({ max: options.ratePerAddress ?? DEFAULT_RATE, windowMs })
  const connections = createTally()
  const sessions = createTally()
  const refused = { rate: 0, connections: 0, sessions: 0 }

  function refuse(limit: LimitName, retryAfterMs: number): LimitVerdict {
    refused[limit] += 1
    return { ok: false, limit, retryAfterMs }
  }

  async function request(address: string): Promise<LimitVerdict> {
    if (options.ratePerAddress === undefined && isLoopbackAddress(address)) return free
    const { retryAfterMs } = await rates.take(addressKey(address))
    return retryAfterMs === 0 ? free : refuse('rate', retryAfterMs)
  }

  function hold(
    tally: ReturnType<typeof createTally>,
    key: string,
    max: number,
    limit: LimitName,
  ): LimitVerdict {
    const release = tally.take(key, max)
    return release ? { ok: true, release } : refuse(limit, HELD_RETRY_MS)
  }

  return {
    request,
    async connect(address) {
      const rate = await request(address)
      if (!rate.ok) return rate
      const own = options.connectionsPerAddress === undefined && isLoopbackAddress(address)
      const max = own ? Number.POSITIVE_INFINITY : (options.connectionsPerAddress ?? DEFAULT_CONNECTIONS)
      return hold(connections, addressKey(address), max, 'connections')
    },
    beginSession(principal) {
      const max = options.sessionsPerPrincipal ?? Number.POSITIVE_INFINITY
      return hold(sessions, JSON.stringify([principal.tenant, principal.subject]), max, 'sessions')
    },
    usage: () => ({
      connectionsPerAddress: {
        limit: options.connectionsPerAddress ?? DEFAULT_CONNECTIONS,
        most: connections.most,
        addresses: connections.keys,
      },
      sessionsPerPrincipal: {
        limit: options.sessionsPerPrincipal ?? null,
        most: sessions.most,
        principals: sessions.keys,
      },
      ratePerAddress: { limit: options.ratePerAddress ?? DEFAULT_RATE, windowMs },
      refused: { ...refused },
    }),
  }
}

const free: LimitVerdict = { ok: true, release: () => undefined }
