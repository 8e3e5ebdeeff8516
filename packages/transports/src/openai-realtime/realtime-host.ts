/**
 * What a Realtime socket needs of the process behind it: someone who opens sessions. The edge brings the leg and speaks
 * the protocol; the host brings agent, engine and store.
 */
import type { Transport } from '@parley/core'
import type { RealtimeSettings } from '@parley/protocol'
import type { VoicePrincipal } from '../ws/voice-host.js'

export interface RealtimeOpenRequest {
  /** As the client names it: an agent, or a model of the vendor's, which stands for the default agent. */
  readonly model: string
  readonly principal: VoicePrincipal
  readonly transport: Transport
  /** Aborts when the far end goes away before the session stands. A session opened all the same is closed again. */
  readonly signal: AbortSignal
  /** Hz: what the transport takes, and the session is to give. */
  readonly outputRate: number
  /** `transcription`: turns are heard and written down, never answered; the agent does not speak first. */
  readonly kind: 'realtime' | 'transcription'
  /** As the client has set them so far; its later changes reach the session by `Inbox.steering`. */
  readonly settings: RealtimeSettings
}

export interface RealtimeOpened {
  readonly session: string
  readonly agent: string
  /** BCP 47. */
  readonly language: string
  /** Null where nothing can hear words. */
  readonly recogniser: string | null
  /** Null where nothing can speak. */
  readonly voice: string | null
}

export interface RealtimeHost {
  /**
   * Opens a session on the leg: `transport.open` has been called when it resolves. Throws `ParleyError` (`overloaded`,
   * `rate_limited`, `draining`, `forbidden`, …) and then keeps nothing.
   */
  open(request: RealtimeOpenRequest): Promise<RealtimeOpened>
}
