/**
 * Every bound of a voice socket in one table, with its reason. Tests and deployments change single values; the
 * client-facing ones stand in docs/voice-socket.md.
 */
import { UNOPENED_IN_A_ROW, VOICE_MAX_MESSAGE_BYTES } from '@parley/protocol'

export interface VoiceLimits {
  /** Time for the first message, ms. */
  readonly helloMs: number
  /** Time for the host to open or resume a session, ms. */
  readonly openMs: number
  /** Our pings, ms; a pong that has not come by the next ping ends the socket. Under the 60 s of common proxies. */
  readonly heartbeatMs: number
  /** Time for a far end to answer our close, ms; then the socket is cut. */
  readonly closeGraceMs: number
  /** Time for a session to store and say its last after a `bye`, ms; over the 5 s that it waits for its store. */
  readonly byeMs: number
  /** Longest message, bytes; above it `too_large`. */
  readonly messageBytes: number
  /** Bad messages in a row that end the session. */
  readonly badMessages: number
  /** Sealed messages in a row that do not open and end the socket. */
  readonly unopened: number
  /** Messages per second that may go on for ever; 200 is one Opus packet of 5 ms each. */
  readonly messagesPerSecond: number
  /** Messages above that at once: what piles up at the sender while a network stalls. */
  readonly messageBurst: number
  /** How much more sound than time may come, ms; more is not a microphone. */
  readonly audioBurstMs: number
  /** What may come between `hello` and `ready`, bytes; newest dropped and told by a `warning`. */
  readonly keptBytes: number
  /** Unsent bytes above which sound waits in our own queue, where `clear` can still take it back. */
  readonly highWaterBytes: number
  /** Unsent bytes, queue and socket together, above which the socket is closed. */
  readonly maxUnsentBytes: number
  /** How long sound may wait in the queue without it once running empty, ms. */
  readonly stallMs: number
  /** How far ahead of its time sound is sent, ms. */
  readonly aheadMs: number
  /** Allowance for the far end's jitter buffer and sound card, ms, added to half the round trip. */
  readonly jitterMs: number
  /** Round trip assumed until the first pong, ms. */
  readonly initialRttMs: number
}

export const defaultVoiceLimits: VoiceLimits = {
  helloMs: 5_000,
  openMs: 15_000,
  heartbeatMs: 20_000,
  closeGraceMs: 2_000,
  byeMs: 6_000,
  messageBytes: VOICE_MAX_MESSAGE_BYTES,
  badMessages: 3,
  unopened: UNOPENED_IN_A_ROW,
  messagesPerSecond: 200,
  messageBurst: 1_000,
  audioBurstMs: 10_000,
  keptBytes: 262_144,
  highWaterBytes: 131_072,
  maxUnsentBytes: 1_048_576,
  stallMs: 10_000,
  aheadMs: 200,
  jitterMs: 60,
  initialRttMs: 40,
}

/**
 * Options for the `WebSocketServer` that makes the sockets. Messages up to `maxPayload` reach us and get a typed
 * `too_large`; above it `ws` closes with 1009 by itself. Compression costs more than the sound it would save.
 */
export const voiceSocketServerOptions = {
  maxPayload: 4 * VOICE_MAX_MESSAGE_BYTES,
  perMessageDeflate: false,
  skipUTF8Validation: false,
} as const
