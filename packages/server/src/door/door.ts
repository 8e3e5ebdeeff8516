import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { ParleyError } from '@parley/core'
import { hasScope, type Identity, type Limits, type Principal, remoteOf, tokenOf } from '@parley/platform'
import { voiceSocketServerOptions } from '@parley/transports'
import { WebSocketServer } from 'ws'
import type { Config } from '../config/settings.js'
import { problemBody, statusOf } from '../http/problems.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import { createDoorPlaces } from './door-places.js'
import { pathOf } from './path-of.js'
import { chosenProtocol, protocolRefusal } from './protocols.js'
import { leaving, refuse } from './refusals.js'
import type { Admission, BareRoute, Door, Identify, LateRoute, Route } from './routes.js'

/**
 * The one door every WebSocket comes through, whatever its edge: path, Origin, limits, capacity, identity, scope,
 * protocol, in this order, cheapest first. What is refused never becomes a socket. What is let in is counted until
 * its connection is gone, whoever closes it and however.
 */

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
  const places = createDoorPlaces({ limits, config, metrics })
  /** One for each longest message that routes have. */
  const servers = new Map<number, WebSocketServer>()

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
    if (places.draining) throw leaving()
    const route = routes.get(pathOf(request))
    if (!route) {
      const paths = [...routes.keys(), ...bareRoutes.keys()].join(', ')
      throw new ParleyError('not_found', `No socket at this path; there is ${paths}.`)
    }
    return { route, ...(await places.take(request, route)) }
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
      if (places.draining) throw leaving()
      if (route.scope === 'talk') release = places.converse(principal, release)
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
      if (route.knows(request)) places.checkOrigin(request)
      else ({ release } = await places.take(request, {}))
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
        if (places.draining) throw leaving()
        if (route.scope !== 'talk') return principal
        const release = places.converse(principal, () => {})
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
    const facts = {
      client: places.clientOf(request),
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
    place: async request => (await places.take(request, {})).release,
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
    hold: principal => places.hold(principal),
    drain: () => places.drain(),
    async close(signal) {
      places.drain()
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
      return places.taken
    },
  }
}
