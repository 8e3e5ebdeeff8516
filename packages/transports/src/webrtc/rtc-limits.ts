/** Every bound of a WebRTC call in one table, with its reason. */
import type { ReceiveLimits } from './audio-receiver.js'
import type { OfferLimits } from './sdp-offer.js'

export interface RtcLimits extends OfferLimits, ReceiveLimits {
  /** Longest wait for our own candidates before the answer leaves, ms; without STUN servers they are there at once. */
  readonly gatherMs: number
  /** Time from the answer in which the far end has to find us before we seek it, ms: the answer's way, and its checks. */
  readonly findMs: number
  /** Time from the answer to a connection, ms. */
  readonly connectMs: number
  /** A connection that lost its far end for this long is over, ms; ICE itself notices after some seconds. */
  readonly disconnectedMs: number
  /**
   * A far end that sent reports and then nothing at all for this long is lost, ms: reports leave every 7.5 s at the
   * latest (RFC 3550, 6.3.1), and ICE itself waits for half a minute (RFC 7675).
   */
  readonly silentMs: number
  /** Longest message of the data channel either way, bytes; the far end may take less. */
  readonly channelMessageBytes: number
  /** Unsent bytes of the data channel above which the far end is given up. */
  readonly channelUnsentBytes: number
  /** Messages per second that may go on for ever, and above that at once. */
  readonly messagesPerSecond: number
  readonly messageBurst: number
  /** Packets per second that may go on for ever (2.5 ms is the shortest frame), and above that at once. */
  readonly packetsPerSecond: number
  readonly packetBurst: number
  /** How much more sound than time may come, ms. */
  readonly audioBurstMs: number
  /** How far ahead of its time sound is taken, ms: two beats. */
  readonly aheadMs: number
  /** Sound that may wait to leave, ms; the newest over it is dropped. */
  readonly maxQueuedMs: number
  /** Time between our RTCP reports, ms. */
  readonly reportMs: number
  /** Round trip assumed until one is measured, ms. */
  readonly initialRttMs: number
  /** What a far end's jitter buffer and sound card take, ms; browsers begin there and do not tell. */
  readonly farBufferMs: number
}

export const defaultRtcLimits: RtcLimits = {
  offerBytes: 65_536,
  offerSections: 16,
  offerCandidates: 32,
  gatherMs: 500,
  findMs: 1_000,
  connectMs: 15_000,
  disconnectedMs: 5_000,
  silentMs: 15_000,
  channelMessageBytes: 1_048_576,
  channelUnsentBytes: 4_194_304,
  messagesPerSecond: 200,
  messageBurst: 1_000,
  packetsPerSecond: 400,
  packetBurst: 4_800,
  audioBurstMs: 12_000,
  aheadMs: 40,
  maxQueuedMs: 1_000,
  reportMs: 5_000,
  initialRttMs: 100,
  farBufferMs: 80,
  minWaitMs: 40,
  maxWaitMs: 200,
  concealMs: 120,
  stallMs: 200,
  fillMs: 500,
  mostFillMs: 10_000,
}
