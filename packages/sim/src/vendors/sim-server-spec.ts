/** What a simulated vendor says of its server. */

import type { IncomingMessage } from 'node:http'
import type { SimExchange } from './sim-exchange.js'
import type { SimSocket } from './sim-socket.js'
import type { SimFault } from './vendor-sim.js'

export interface SimServerSpec {
  readonly name: string
  /** Appended to the server's address to make `baseUrl`. */
  readonly basePath?: string
  /** The key a request came with, or undefined. Default: `Authorization: Bearer`. */
  keyOf?(request: IncomingMessage, url: URL): string | undefined
  /** Whether a key is wanted at all. Default true. */
  readonly needsKey?: boolean
  /** The body of a refusal with this status. */
  errorBody(status: number, sentence: string): unknown
  /** Headers of 429 besides `retry-after`. */
  limitHeaders?(fault: SimFault): Readonly<Record<string, string>>
  /** Headers of every answer, also of those that open a socket; `reason` where it is a refusal. */
  headers?(reason?: string): Readonly<Record<string, string>>
  /** A request that passed the key check; the body is whole. */
  onRequest?(exchange: SimExchange): void | Promise<void>
  /** Whether this path takes sockets; the sub-protocol to accept, if one must be named. */
  takesSocket?(url: URL, request: IncomingMessage): boolean
  /** Why a socket with this query is refused, if it is. */
  refusesSocket?(url: URL): SimRefusal | undefined
  onSocket?(socket: SimSocket): void
}

export interface SimRefusal {
  readonly status: number
  readonly sentence: string
}
