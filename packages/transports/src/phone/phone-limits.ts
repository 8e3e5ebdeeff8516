/** Every bound of a phone stream in one table, with its reason. The ones a carrier notices stand in docs/phone-media.md. */
import { PHONE_MAX_MESSAGE_BYTES } from '@parley/protocol'

export interface PhoneLimits {
  /** Time for `start` with its token, ms. */
  readonly startMs: number
  /** Time for identity and session, ms. */
  readonly openMs: number
  /** Longest message, bytes. */
  readonly messageBytes: number
  /** All that may come before `start`, bytes. */
  readonly beforeStartBytes: number
  /** Bad messages in a row that end the call. */
  readonly badMessages: number
  /** Messages per second that may go on for ever; a carrier sends 50. */
  readonly messagesPerSecond: number
  /** Messages above that at once: what piled up while a network stalled. */
  readonly messageBurst: number
  /** Keys per second that may go on for ever; a finger presses fewer. Those above are dropped. */
  readonly keysPerSecond: number
  /** Keys above that at once. */
  readonly keyBurst: number
  /** How long a chunk that came early waits for those before it, ms, least and most; where a carrier keeps no order. */
  readonly reorderMinMs: number
  readonly reorderMaxMs: number
  /** How much more sound than time may come, ms. */
  readonly audioBurstMs: number
  /** What may come between `start` and the session, bytes, in proportion more for more than µ-law; the newest is dropped. */
  readonly keptBytes: number
  /** A line sends sound without a break; one that sends nothing for this long is dead, ms. */
  readonly silentMs: number
  /** Longest hole in the timestamps that is filled with silence, ms. */
  readonly maxGapMs: number
  /** Unsent bytes above which the line is given up: 64 KiB are about 4 s of µ-law; in proportion more for more than that. */
  readonly maxUnsentBytes: number
  /** Time for a far end to answer our close, ms; then the socket is cut. */
  readonly closeGraceMs: number
  /** Time for a session to store and say its last after a hang-up, ms; over the 5 s that it waits for its store. */
  readonly byeMs: number
  /** How far ahead of its time sound is sent, ms: little, so that little is thrown away by a `clear`. */
  readonly aheadMs: number
  /** Sound between two marks, ms. */
  readonly markEveryMs: number
  /** The carrier plays in frames of this length, ms: what came waits for the next one. */
  readonly frameMs: number
  /** Round trip assumed until the first mark is back, ms. */
  readonly initialRttMs: number
}

export const defaultPhoneLimits: PhoneLimits = {
  startMs: 10_000,
  openMs: 15_000,
  messageBytes: PHONE_MAX_MESSAGE_BYTES,
  beforeStartBytes: PHONE_MAX_MESSAGE_BYTES,
  badMessages: 3,
  messagesPerSecond: 200,
  messageBurst: 1_000,
  keysPerSecond: 10,
  keyBurst: 30,
  reorderMinMs: 40,
  reorderMaxMs: 160,
  audioBurstMs: 12_000,
  keptBytes: 131_072,
  silentMs: 10_000,
  maxGapMs: 10_000,
  maxUnsentBytes: 65_536,
  closeGraceMs: 2_000,
  byeMs: 6_000,
  aheadMs: 240,
  markEveryMs: 100,
  frameMs: 20,
  initialRttMs: 100,
}
