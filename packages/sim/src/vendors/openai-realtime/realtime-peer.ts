/** One client of the simulated Realtime server: its session, its conversation, and how to answer it. */

import type { Clock } from '@parley/core'
import type { SimBrains } from '../sim-brains.js'
import type { SimTemper } from '../sim-pace.js'
import type { SimSocket } from '../sim-socket.js'
import type { Conversation } from './conversation.js'
import type { InputBuffer } from './input-buffer.js'
import type { RealtimeFault } from './realtime-fault.js'
import type { RealtimeQuirks } from './realtime-quirks.js'
import type { SessionSettings } from './session-settings.js'

export interface RealtimePeer {
  readonly socket: SimSocket
  readonly brains: SimBrains
  readonly temper: SimTemper
  readonly clock: Clock
  /** Longest session, ms. */
  readonly sessionMs: number
  /** Pieces of audio that still go out after a cancel. */
  readonly strayDeltas: number
  readonly quirks: RealtimeQuirks
  settings: SessionSettings
  /** Whether audio was put out; the voice is fixed from then on. */
  hasSpoken: boolean
  readonly conversation: Conversation
  readonly conversationId: string
  readonly input: InputBuffer
  /** Responses under way, by id. */
  readonly responses: Map<string, RunningResponse>
  /** Called when a response of the conversation is over, with the length of its sound, ms. */
  afterResponse(soundMs: number): void
  /** A name with the vendor's prefix: `item_…`. */
  newId(prefix: string): string
  /** Sends an event with an id of its own. */
  emit(type: string, fields: Readonly<Record<string, unknown>>): void
  /** Sends `error`. It counts as a complaint unless it is no fault of the client's. */
  refuse(fault: RealtimeFault, eventId?: string, blameless?: boolean): void
}

export interface RunningResponse {
  readonly id: string
  readonly isInConversation: boolean
  /** Stops it; the first reason stands. */
  cancel(reason: 'client_cancelled' | 'turn_detected'): void
}

/** The response that writes to the conversation, if one is under way. */
export function activeResponse(peer: RealtimePeer): RunningResponse | undefined {
  for (const response of peer.responses.values()) if (response.isInConversation) return response
  return undefined
}
