import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { ParleyError } from '@parley/core'
import {
  createClientAddress,
  hasScope,
  type Identity,
  type Limits,
  type LimitVerdict,
  offeredProtocols,
  originAllowed,
  type Principal,
  remoteOf,
  type Scope,
  tokenOf,
} from '@parley/platform'
import { voiceSocketServerOptions } from '@parley/transports'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Config } from '../config/settings.js'
import { problemBody, statusOf } from '../http/problems.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import { foreignOrigin, full, leaving, limited, refuse } from './refusals.js'

/**
 * The one door every WebSocket comes through, whatever its edge: path, Origin, limits, capacity, identity, scope,
 * protocol, in this order, cheapest first. What is refused never becomes a socket. What is let in is counted until
 * its connection is gone, whoever closes it and however.
 */

export interface Route {
  /** What the principal must be allowed to do. A socket to `talk` counts as one session of its principal. */
  readonly scope: Scope
  /** Subprotocols the edge speaks; a client that offers none gets none. */
  readonly protocols: readonly string[]
  /** Who asks, where this edge's clients say it in a way of their own; it throws what refuses them. */
  identify?(request: IncomingMessage): Promise<Principal>
  /** Looks at what is asked for; it throws what refuses it. */
  check?(request: IncomingMessage, principal: Principal): void
  /** How its clients read a refusal; ours without. */
  refusalBody?(error: ParleyError): object
  /** Longest message, bytes; above it the socket closes with 1009. Default: that of the voice socket. */
  readonly maxPayloadBytes?: number
  /** A place of the edge's own for the client's address, given back with the socket; throws what refuses it. */
  hold?(client: string): () => void
  handle(socket: WebSocket, request: IncomingMessage, principal: Principal): void
}

/**
 * A way in for far ends that bring their token in a message, or must learn by a close that it is not good: known only
 * after the upgrade.
 */
export interface LateRoute extends Pick<Route, 'hold'> {
  /** Undefined: the edge itself looks at what the principal may do, and its socket counts as no conversation. */
  readonly scope: Scope | undefined
  /** What is offered beside them is no reason to refuse. */
  readonly protocols: readonly string[]
  /**
   * The edge must call `identify` before it does anything for the far end; it throws what the door would refuse with.
   * Without a token of its own the request's counts, if it has one.
   */
  handleUnknown(socket: WebSocket, request: IncomingMessage, late: LateIdentity): void
}

/**
 * A way in that makes its own connections, over upgrades and over requests: Origin, limits and capacity are the door's,
 * the rest its own.
 */
export interface BareRoute {
  /** Whether the request belongs to a connection that has its place already. */
  knows(request: IncomingMessage): boolean
  /** Takes the upgrade as it came. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

export interface LateIdentity {
  readonly identify: Identify
  /** The far end is known: what its address may hold at once is for strangers. Carriers come from few addresses. */
  known(): void
}

export type Identify = (token: string | undefined) => Promise<Principal>

export type Admission =
  | {
      readonly ok: true
      readonly route: Route
      readonly principal: Principal
      readonly release: () => void
    }
  | {
      readonly ok: true
      readonly route: LateRoute
      readonly release: () => void
      /** Gives back the place among the sockets of its address. */
      readonly known: () => void
    }
  | { readonly ok: false; readonly error: ParleyError; readonly status: number }

export interface Door {
  /** By exact path. Edges register here before the gateway listens. */
  readonly routes: Map<string, Route | LateRoute>
  /** By exact path, for edges that upgrade by themselves. */
  readonly bareRoutes: Map<string, BareRoute>
  /**
   * A place for a connection that begins with a request, to be released once. @throws ParleyError as a socket is
   * refused: `draining`, `forbidden`, `overloaded`, `rate_limited`
   */
  place(request: IncomingMessage): Promise<() => void>
  /** Decides on an upgrade. An admission must be released once; `upgrade` does so by itself. */
  admit(request: IncomingMessage): Promise<Admission>
  /** Listener for the `upgrade` event of every HTTP server of the process. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /**
   * A place for a conversation that is no socket, to be released once. @throws ParleyError as a socket is refused:
   * `draining`, `overloaded`, `rate_limited`
   */
  hold(principal: Principal): () => void
  /** From now on everyone is refused with 503. Sockets already open are left alone. */
  drain(): void
  /** Closes what is still open with 1001 (going away); resolves once all are gone, cutting the rest on abort. */
  close(signal: AbortSignal): Promise<void>
  /** Sockets open or being decided on. */
  readonly connections: number
}

export interface DoorOptions {
  readonly identity: Identity
  readonly limits: Limits
  readonly config: Pick<Config, 'maxConnections' | 'corsOrigins' | 'trustProxy'>
  readonly log: Log
  readonly metrics?: Pick<Metrics, 'connections' | 'refusals'>
}

export function createDoor({ identity, limits, config, log, metrics }: DoorOptions): Door {
  const routes = new Map<string, Route | LateRoute>()
  const bareRoutes = new Map<string, BareRoute>()
  const clientAddress = createClientAddress(config.trustProxy)
  /** One for each longest message that routes have. */
  const servers = new Map<number, WebSocketServer>()
  let connections = 0
  let draining = false

  async function principalOf(
    request: IncomingMessage,
    route: Pick<Route, 'identify'> & Pick<LateRoute, 'scope'>,
    token = tokenOf(request.headers, request.url),
  ): Promise<Principal> {
    const remote = remoteOf(request.socket.remoteAddress, request.headers)
    const principal = await (route.identify?.(request) ?? identity.verify(token, remote))
    if (route.scope === undefined || hasScope(principal, route.scope)) return principal
    throw new ParleyError('forbidden', `The token lacks the scope ${route.scope}.`)
  }

  function serverOf(route: Route | LateRoute): WebSocketServer {
    const { maxPayloadBytes: maxPayload = voiceSocketServerOptions.maxPayload } =
      'handleUnknown' in route ? {} : route
    const known = servers.get(maxPayload)
    if (known !== undefined) return known
    const made = new WebSocketServer({
      ...voiceSocketServerOptions,
      maxPayload,
      noServer: true,
      handleProtocols: (offered, request) =>
        chosenProtocol(routes.get(pathOf(request)), [...offered]) ?? false,
    })
    made.on('wsClientError', (fault, socket, request) => {
      const message = `The upgrade is not one of WebSocket (${fault.message}); a proxy may have lost its headers.`
      const error = new ParleyError('bad_message', message)
      report(request, error)
      refuse(socket, error, { status: 400, body: refusalBody(request, error) })
    })
    servers.set(maxPayload, made)
    return made
  }

  /** Throws what refuses the request; gives its route and the place it holds. */
  async function placeOf(request: IncomingMessage) {
    if (draining) throw leaving()
    const route = routes.get(pathOf(request))
    if (!route) {
      const paths = [...routes.keys(), ...bareRoutes.keys()].join(', ')
      throw new ParleyError('not_found', `No socket at this path; there is ${paths}.`)
    }
    return { route, ...(await anyPlaceOf(request, route)) }
  }

  /** Throws what refuses the request; gives the place it holds. */
  async function anyPlaceOf(request: IncomingMessage, route: Pick<Route, 'hold'>) {
    if (draining) throw leaving()
    checkOrigin(request)
    if (connections >= config.maxConnections) throw full()
    // Counted before the first await: a crowd that arrives at once must not be let in at once.
    const release = enter()
    try {
      const client = clientAddress(request.socket.remoteAddress ?? '', request.headers)
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
  }

  function checkOrigin({ headers: { origin, host } }: IncomingMessage): void {
    if (!originAllowed(origin, config.corsOrigins, host)) throw foreignOrigin(origin)
  }

  function enter(): () => void {
    connections += 1
    metrics?.connections.set(connections)
    let left = false
    return () => {
      if (left) return
      left = true
      connections -= 1
      metrics?.connections.set(connections)
    }
  }

  async function admit(request: IncomingMessage): Promise<Admission> {
    let release: (() => void) | undefined
    try {
      const place = await placeOf(request)
      release = place.release
      const { route } = place
      if ('handleUnknown' in route) return { ok: true, route, release, known: place.known }
      const principal = await principalOf(request, route)
      route.check?.(request, principal)
      if (draining) throw leaving()
      if (route.scope === 'talk') release = both(limits.beginSession(principal), release)
      const refusal = protocolRefusal(route, request)
      if (refusal) throw refusal
      return { ok: true, route, principal, release }
    } catch (thrown) {
      release?.()
      const error = ParleyError.from(thrown)
      return { ok: false, error, status: statusOf(error.code) }
    }
  }

  async function open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admission = await admit(request)
    if (!admission.ok) {
      report(request, admission.error)
      refuse(socket, admission.error, {
        status: admission.status,
        body: refusalBody(request, admission.error),
      })
      return
    }
    const { release } = admission
    if (socket.destroyed) return release()
    socket.once('close', release)
    serverOf(admission.route).handleUpgrade(request, socket, head, opened => {
      opened.on('error', error => log.debug({ err: error }, 'socket fault'))
      if ('principal' in admission) admission.route.handle(opened, request, admission.principal)
      else {
        const { route, known } = admission
        route.handleUnknown(opened, request, { identify: identifier(request, socket, route), known })
      }
    })
  }

  async function openBare(
    route: BareRoute,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    let release = () => {}
    try {
      if (route.knows(request)) checkOrigin(request)
      else ({ release } = await anyPlaceOf(request, {}))
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      report(request, error)
      refuse(socket, error, { status: statusOf(error.code), body: problemBody(error) })
      return
    }
    if (socket.destroyed) return release()
    socket.once('close', release)
    route.take(request, socket, head)
  }

  /** Does after the upgrade what `admit` could not do before it. */
  function identifier(request: IncomingMessage, socket: Duplex, route: LateRoute): Identify {
    return async token => {
      try {
        const principal = await principalOf(request, route, token ?? tokenOf(request.headers, request.url))
        if (draining) throw leaving()
        if (route.scope !== 'talk') return principal
        const release = both(limits.beginSession(principal), () => {})
        if (socket.destroyed) release()
        else socket.once('close', release)
        return principal
      } catch (thrown) {
        const error = ParleyError.from(thrown)
        report(request, error)
        throw error
      }
    }
  }

  function refusalBody(request: IncomingMessage, error: ParleyError): object {
    const route = routes.get(pathOf(request))
    const own = route !== undefined && 'refusalBody' in route ? route.refusalBody?.(error) : undefined
    return own ?? problemBody(error)
  }

  function report(request: IncomingMessage, error: ParleyError): void {
    metrics?.refusals.inc({ reason: error.code })
    const client = clientAddress(request.socket.remoteAddress ?? '', request.headers)
    const facts = {
      client,
      path: pathOf(request),
      origin: request.headers.origin,
      reason: error.details.reason,
    }
    if (error.code === 'internal') log.error({ ...facts, err: error }, 'socket refused')
    else log.warn({ ...facts, code: error.code }, `socket refused: ${error.message}`)
  }

  return {
    routes,
    bareRoutes,
    place: async request => (await anyPlaceOf(request, {})).release,
    admit,
    upgrade(request, socket, head) {
      // Until ws takes over nobody else listens, and an unheard error would end the process.
      const onFault = (error: Error) => log.debug({ err: error }, 'connection fault before its upgrade')
      socket.on('error', onFault)
      const bare = bareRoutes.get(pathOf(request))
      const opening = bare ? openBare(bare, request, socket, head) : open(request, socket, head)
      opening.catch((error: unknown) => {
        log.error({ err: error }, 'an edge failed to take its socket')
        socket.destroy()
      })
    },
    hold(principal) {
      if (draining) throw leaving()
      if (connections >= config.maxConnections) throw full()
      const release = enter()
      try {
        return both(limits.beginSession(principal), release)
      } catch (error) {
        release()
        throw error
      }
    },
    drain() {
      draining = true
    },
    async close(signal) {
      draining = true
      const all = [...servers.values()]
      const clients = all.flatMap(({ clients: open }) => [...open])
      const cut = () => {
        for (const client of clients) client.terminate()
      }
      signal.addEventListener('abort', cut, { once: true })
      for (const client of clients) client.close(1001, 'going away')
      if (signal.aborted) cut()
      await Promise.all(all.map(server => new Promise<void>(resolve => server.close(() => resolve()))))
      signal.removeEventListener('abort', cut)
    },
    get connections() {
      return connections
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

function chosenProtocol(
  route: Pick<Route, 'protocols'> | undefined,
  offered: readonly string[],
): string | undefined {
  return offered.find(each => route?.protocols.includes(each))
}

/** A client that offers only what we do not speak would take our silence for a failure: better to say it. */
function protocolRefusal(route: Route, request: IncomingMessage): ParleyError | undefined {
  const offered = offeredProtocols(request.headers)
  if (offered.length === 0 || chosenProtocol(route, offered) !== undefined) return undefined
  const spoken = route.protocols.join(' or ')
  return new ParleyError(
    'bad_message',
    `Offer the subprotocol ${spoken}, beside bearer.<token> if you send one.`,
  )
}

/** The path alone, without a trailing slash; never throws on rubbish. */
export function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}
