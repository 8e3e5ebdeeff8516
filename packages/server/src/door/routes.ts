/** What edges register at the door, and what the door promises them. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ParleyError } from '@parley/core'
import type { Principal, Scope } from '@parley/platform'
import type { WebSocket } from 'ws'

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
