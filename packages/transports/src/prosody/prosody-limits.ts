/** Every bound of a prosody socket in one table, with its reason. The client-facing ones stand in docs/prosody.md. */

export interface ProsodyLimits {
  /** Without a message of the client while nothing is subscribed to, ms; then the socket closes. */
  readonly idleMs: number
  /** The longest a socket lives, ms. */
  readonly totalMs: number
  /** Pings, ms; a client of which nothing came between two of them is gone. Under the 60 s of common proxies. */
  readonly heartbeatMs: number
  /** Time for a far end to answer our close, ms; then the socket is cut. */
  readonly closeGraceMs: number
  /** How many times faster than time sound is read for long; beyond it the socket is not read for a while. */
  readonly paceFactor: number
  /** Sound that may come at once before that, ms. */
  readonly paceBurstMs: number
  /** What a message costs of that at the least, ms of sound, so that empty ones are not free. */
  readonly messageCostMs: number
  /** Sound that is further ahead of time than this, ms, is no live voice: it waits where its frames are not read. */
  readonly aheadMs: number
  /** Sound of one message, ms: it is analysed in one go, and others wait for it. */
  readonly messageMs: number
  /** A `config` makes an analyser, which takes milliseconds of everybody's time: so many a second, and this many at once. */
  readonly configsPerSecond: number
  readonly configsAtOnce: number
  /** Bad messages in a row that end the socket. */
  readonly badMessages: number
  /** Conversations followed at once. */
  readonly subscriptions: number
  /** Unsent bytes above which frames wait in our own queue, where they can be dropped. */
  readonly highWaterBytes: number
  /** Messages of frames that wait; above it the oldest are dropped, unless they came within `keptMs`. */
  readonly keptFrames: number
  /** A message of sound may bring many frames at once, and nobody reads them in no time. */
  readonly keptMs: number
  /** Unsent bytes, queue and socket together, above which the socket is closed. */
  readonly maxUnsentBytes: number
  /** How long messages may wait without the queue once running empty, ms. */
  readonly stallMs: number
}

export const defaultProsodyLimits: ProsodyLimits = {
  idleMs: 300_000,
  totalMs: 1_800_000,
  heartbeatMs: 25_000,
  closeGraceMs: 2_000,
  paceFactor: 8,
  paceBurstMs: 10_000,
  aheadMs: 2_000,
  messageCostMs: 2,
  messageMs: 10_000,
  configsPerSecond: 2,
  configsAtOnce: 20,
  badMessages: 8,
  subscriptions: 8,
  highWaterBytes: 65_536,
  keptFrames: 128,
  keptMs: 1_000,
  maxUnsentBytes: 1_048_576,
  stallMs: 10_000,
}
