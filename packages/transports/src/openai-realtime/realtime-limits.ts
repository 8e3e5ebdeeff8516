/** Every bound of a Realtime far end in one table, with its reason. The ones a client notices stand in docs/openai-realtime.md. */

export interface RealtimeLimits {
  /** Longest event, bytes; as the vendor has it. */
  readonly eventBytes: number
  /** What may wait to be dealt with, bytes: before the session stands, and behind a long piece of sound. */
  readonly queuedBytes: number
  /** Events per second that may go on for ever. */
  readonly eventsPerSecond: number
  /** Events above that at once. */
  readonly eventBurst: number
  /** Unsent bytes above which a client that does not read is given up: over 10 s of sound in base64, six times. */
  readonly maxUnsentBytes: number
  /** How long the session waits for the client's settings, ms. */
  readonly settleMs: number
  /** Time for the session to stand, ms. */
  readonly openMs: number
  /** Longest life, ms. */
  readonly maxSessionMs: number
  /** How far ahead of its time sound is sent, ms: clients expect an answer faster than it is spoken. */
  readonly aheadMs: number
  /** Sound of one delta, ms. */
  readonly deltaMs: number
  /** Sound of items that is kept for `conversation.item.retrieve`, ms of all items together; the oldest goes first. */
  readonly keptSoundMs: number
  /** Items of a conversation; the oldest are forgotten by the edge, not by the session. */
  readonly items: number
  /** Of all items together: far over what any model reads. The oldest are forgotten by the session, too. */
  readonly itemCharacters: number
  /** Responses beside the conversation at a time. */
  readonly asides: number
  /** How long a response that was asked for may wait for the floor, ms. */
  readonly answerMs: number
  /** Words that may still come of a turn that has some, and of one that has none yet, ms. */
  readonly lateWordsMs: number
  readonly noWordsMs: number
  readonly heartbeatMs: number
  /** Round trip assumed until one was measured, ms. */
  readonly initialRttMs: number
  /** Time for a far end to answer our close, ms; then the socket is cut. */
  readonly closeGraceMs: number
  /** How long a response may go on once the node leaves, ms. */
  readonly drainMs: number
}

export const defaultRealtimeLimits: RealtimeLimits = {
  eventBytes: 15 * 1_048_576,
  queuedBytes: 32 * 1_048_576,
  eventsPerSecond: 400,
  eventBurst: 4_000,
  maxUnsentBytes: 4 * 1_048_576,
  settleMs: 150,
  openMs: 15_000,
  maxSessionMs: 3_600_000,
  aheadMs: 10_000,
  deltaMs: 100,
  keptSoundMs: 30_000,
  items: 2_000,
  itemCharacters: 4_000_000,
  asides: 8,
  answerMs: 60_000,
  lateWordsMs: 200,
  noWordsMs: 3_000,
  heartbeatMs: 20_000,
  initialRttMs: 100,
  closeGraceMs: 2_000,
  drainMs: 20_000,
}

/** Options of the server whose sockets are served: above `maxPayload` `ws` closes with 1009 by itself. */
export const realtimeSocketServerOptions = {
  maxPayload: 16 * 1_048_576,
  perMessageDeflate: false,
  skipUTF8Validation: false,
  /** The key-bearing entry of a browser's list is never said back. */
  handleProtocols: (offered: Set<string>) => (offered.has('realtime') ? 'realtime' : false),
} as const
