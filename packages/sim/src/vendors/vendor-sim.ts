/**
 * A vendor on this machine: a server that speaks its protocol, holds its clients to it, and misbehaves when told.
 * It is not the vendor: what it hears, says and thinks comes from `SimBrains`.
 */

import type { Clock } from '@parley/core'
import type { SimBrains } from './sim-brains.js'

export interface VendorSim {
  /** The vendor's name in the registry of providers. */
  readonly name: string
  /** `http://127.0.0.1:port`, with the path that belongs into the vendor's base URL variable. */
  readonly baseUrl: string
  /** What clients did that the vendor would refuse, a sentence each; the newest 100. */
  readonly complaints: readonly string[]
  /** Connections and requests so far, and those open now. */
  readonly counts: { readonly sockets: number; readonly requests: number; readonly open: number }
  /** Every message clients sent that was JSON, the newest 1,000, for validation against the vendor's schema. */
  readonly received: readonly SimMessage[]
  /** Every JSON message sent, the newest 1,000. */
  readonly sent: readonly SimMessage[]
  /** From now on; what is not named stays. */
  behave(change: Partial<SimBehaviour>): void
  close(): Promise<void>
}

export interface SimMessage {
  /** The path of the request or socket, without query. */
  readonly path: string
  readonly message: unknown
}

export interface SimOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1; seeded in tests. */
  readonly random: () => number
  readonly brains: SimBrains
  /** 0 (default) lets the system choose. */
  readonly port?: number
  /** Keys that are accepted; without, any key that is not empty. */
  readonly keys?: readonly string[]
}

export interface SimBehaviour {
  /** From the end of a request to the first token or byte of its answer, ms. Default 0. */
  readonly firstMs: number
  /** Between two tokens or chunks, ms. Default 0. */
  readonly everyMs: number
  /** Added to both, uniform between 0 and this, ms. Default 0. */
  readonly jitterMs: number
  readonly fault: SimFault | undefined
}

export interface SimFault {
  readonly kind: SimFaultKind
  /**
   * When it strikes: instead of accepting the connection or request, instead of the first output, or after `after`
   * outputs (tokens, chunks, partials).
   */
  readonly stage: SimStage
  /** For the stage `middle`. Default 1. */
  readonly after?: number
  /** How often it strikes before all is well again. Default: always. */
  readonly times?: number
  /** For `limited`. */
  readonly retryAfterMs?: number
  /** For `close`. */
  readonly code?: number
}

export const simStages = ['connect', 'first', 'middle'] as const
export type SimStage = (typeof simStages)[number]

export const simFaultKinds = [
  /** The connection is reset. */
  'refuse',
  /** Silence for ever; the connection stays. */
  'hang',
  /** The connection is destroyed in the middle of a message. */
  'drop',
  /** What remains comes a piece at a time, one every 2 s. */
  'drip',
  /** Bytes that are no message of the protocol. */
  'garbage',
  /** 429, or the vendor's own message where a socket is open. */
  'limited',
  /** 5xx, or the vendor's own message. */
  'failing',
  /** 401, or the vendor's own message. */
  'unauthorised',
  /** A close frame with `code`; HTTP ends the body early. */
  'close',
  /** The longest allowed session is over, in the vendor's own way. */
  'expired',
] as const
export type SimFaultKind = (typeof simFaultKinds)[number]
