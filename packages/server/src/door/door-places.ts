/** Places at the door: Origin, limits of an address and of the process, in this order, cheapest first; counted until given back. */

import type { IncomingMessage } from 'node:http'
import {
  createClientAddress,
  type Limits,
  type LimitVerdict,
  originAllowed,
  type Principal,
} from '@parley/platform'
import type { Config } from '../config/settings.js'
import type { Metrics } from '../metrics/metrics.js'
import { foreignOrigin, full, leaving, limited } from './refusals.js'
import type { Route } from './routes.js'

export interface DoorPlacesParts {
  readonly limits: Limits
  readonly config: Pick<Config, 'maxConnections' | 'corsOrigins' | 'trustProxy'>
  readonly metrics?: Pick<Metrics, 'connections'> | undefined
}

export interface DoorPlace {
  /** The far end is known: gives back what is held of its address. */
  known(): void
  /** Gives everything back, once. */
  release(): void
}

export interface DoorPlaces {
  /** Throws what refuses the request. `route`: with a place of its own. */
  take(request: IncomingMessage, route: Pick<Route, 'hold'>): Promise<DoorPlace>
  /** A place for a conversation that is no socket. Throws what refuses it. */
  hold(principal: Principal): () => void
  /** A conversation of the principal, beside what is held already. Throws what refuses it. */
  converse(principal: Principal, held: () => void): () => void
  checkOrigin(request: IncomingMessage): void
  clientOf(request: IncomingMessage): string
  /** From now on everyone is refused. */
  drain(): void
  readonly draining: boolean
  readonly taken: number
}

export function createDoorPlaces({ limits, config, metrics }: DoorPlacesParts): DoorPlaces {
  const clientAddress = createClientAddress(config.trustProxy)
  let taken = 0
  let draining = false

  function enter(): () => void {
    if (taken >= config.maxConnections) throw full()
    taken += 1
    metrics?.connections.set(taken)
    return once(() => {
      taken -= 1
      metrics?.connections.set(taken)
    })
  }

  function checkOrigin({ headers: { origin, host } }: IncomingMessage): void {
    if (!originAllowed(origin, config.corsOrigins, host)) throw foreignOrigin(origin)
  }

  const clientOf = ({ socket, headers }: IncomingMessage): string =>
    clientAddress(socket.remoteAddress ?? '', headers)

  const converse = (principal: Principal, held: () => void): (() => void) =>
    both(limits.beginSession(principal), held)

  return {
    checkOrigin,
    clientOf,
    converse,
    async take(request, route) {
      if (draining) throw leaving()
      checkOrigin(request)
      // Counted before the first await: a crowd that arrives at once must not be let in at once.
      const release = enter()
      try {
        const client = clientOf(request)
        const verdict = await limits.connect(client)
        if (!verdict.ok) throw limited(verdict.limit, verdict.retryAfterMs)
        const known = once(verdict.release)
        const own = heldBy(route, client, known)
        return {
          known,
          release() {
            own()
            known()
            release()
          },
        }
      } catch (error) {
        release()
        throw error
      }
    },
    hold(principal) {
      if (draining) throw leaving()
      const release = enter()
      try {
        return converse(principal, release)
      } catch (error) {
        release()
        throw error
      }
    },
    drain() {
      draining = true
    },
    get draining() {
      return draining
    },
    get taken() {
      return taken
    },
  }
}

/** One release for what is held already and what the limiter gave; throws when the limiter gave nothing. */
function both(verdict: LimitVerdict, release: () => void): () => void {
  if (!verdict.ok) throw limited(verdict.limit, verdict.retryAfterMs)
  return () => {
    verdict.release()
    release()
  }
}

/** The edge's own place for the client; what was held before it is given back when there is none. */
function heldBy(route: Pick<Route, 'hold'>, client: string, before: () => void): () => void {
  try {
    return once(route.hold?.(client) ?? (() => {}))
  } catch (error) {
    before()
    throw error
  }
}

function once(run: () => void): () => void {
  let ran = false
  return () => {
    if (ran) return
    ran = true
    run()
  }
}
