/** One client of the simulated Live server: its session, and how to answer it. */

import type { Clock } from '@parley/core'
import type { Fields } from '../openai-realtime/fields.js'
import type { SimBrains, SimTurn } from '../sim-brains.js'
import type { SimTemper } from '../sim-pace.js'
import type { SimSocket } from '../sim-socket.js'
import type { SimFault } from '../vendor-sim.js'
import type { LiveFormat } from './session-config.js'

export interface LivePeer {
  readonly socket: SimSocket
  readonly brains: SimBrains
  readonly temper: SimTemper
  readonly clock: Clock
  readonly strayDeltas: number
  readonly yieldAfterMs: number
  /** The session as it was asked for, with what is filled in. */
  resource: Fields
  readonly format: LiveFormat
  /** Instructions, and what was appended to them. */
  readonly instructions: string[]
  /** What was said, as the model knows it. */
  readonly messages: SimTurn[]
  /** Delegations that were handed over. */
  readonly delegations: Set<string>
  /** ms on the session's time line. */
  nowMs(): number
  newId(prefix: string): string
  /** Sends an event with an id of its own. */
  emit(type: string, fields: Fields): void
  /** Sends `error`. It counts as a complaint unless it is no fault of the client's. */
  refuse(fault: LiveFault, eventId?: string, blameless?: boolean): void
  /** Ends the session with its last event. */
  end(reason: 'close_requested' | 'expired', eventId?: string): void
  /** Lets a fault strike in the middle of speech; the speech is over. */
  strike(fault: SimFault): void
}

export interface LiveFault {
  readonly type: string
  readonly code: string
  readonly message: string
  readonly param?: string
}

export function invalid(code: string, message: string, param?: string): LiveFault {
  return { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) }
}
