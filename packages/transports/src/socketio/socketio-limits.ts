/** Every bound of a Socket.IO socket that is not one of its conversation (`VoiceLimits`). */
import { VOICE_MAX_MESSAGE_BYTES } from '@parley/protocol'

export interface SocketioLimits {
  /** Time to authenticate, ms. */
  readonly authenticateMs: number
  /** Events per second that may go on for ever; 100 chunks of sound and some. */
  readonly eventsPerSecond: number
  /** Events above that at once: what piles up at the sender while a network stalls. */
  readonly eventBurst: number
  /** Bad events at once that end the socket; one a second may go on for ever. */
  readonly badEvents: number
  /** Tries to authenticate at once; one in 5 s may go on for ever. */
  readonly authenticateBurst: number
  /** Events kept while `authenticate` is being decided; more are refused. */
  readonly keptEvents: number
  /** Engine.IO's own pings, ms; they measure the round trip. Under the 60 s of common proxies. */
  readonly pingMs: number
  /** Time for the answer to a ping, ms. */
  readonly pongMs: number
  /** Longest packet, bytes; above it the socket closes. */
  readonly packetBytes: number
}

export const defaultSocketioLimits: SocketioLimits = {
  authenticateMs: 30_000,
  eventsPerSecond: 200,
  eventBurst: 1_000,
  badEvents: 20,
  authenticateBurst: 5,
  keptEvents: 64,
  pingMs: 10_000,
  pongMs: 20_000,
  packetBytes: 4 * VOICE_MAX_MESSAGE_BYTES,
}
