/**
 * RTP packets of one direction to frames on one media time line.
 *
 * Media time is the sound that was given out: it follows the RTP timestamps, so that a lost packet is made up for and
 * a silence that was not sent is put in. Where nothing comes at all, silence is put in by the beat: at once where the
 * sender said that it goes silent (DTX), after `stallMs` where it did not. A frame is only valid during the call.
 */
import type { AudioFrame } from '@parley/audio'
import { createReorderBuffer, type ReorderBuffer, type ReorderCounts } from './reorder-buffer.js'
import type { RtpDecoder } from './rtp-codec.js'
import { type RtpPacket, readRtp } from './rtp-packet.js'
import { createUnwrap } from './unwrap.js'

export interface ReceiveLimits {
  /** Least and most time that packets wait behind a hole, ms. */
  readonly minWaitMs: number
  readonly maxWaitMs: number
  /** Sound made up for lost packets at once, ms; what is lost beyond is silence. */
  readonly concealMs: number
  /** Nothing came for this long: silence is put in, ms. */
  readonly stallMs: number
  /** Longest silence put in at once, ms; a session bridges longer ones by its clock. */
  readonly fillMs: number
  /** Silence that the beat puts in before it takes the sender for gone, ms. */
  readonly mostFillMs: number
}

export interface AudioReceiverOptions {
  readonly decoder: RtpDecoder
  /** Packets of other types (telephone events, comfort noise) are no sound. */
  readonly payloadType: number
  readonly limits: ReceiveLimits
  hear(frame: AudioFrame): void
}

export interface ReceiveCounts extends ReorderCounts {
  readonly packets: number
  /** Payloads the codec refused. */
  readonly malformed: number
  readonly concealedMs: number
  readonly filledMs: number
}

/** What a receiver report tells the sender (RFC 3550, 6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number
  /** Share lost since the last report, 0–255. */
  readonly fractionLost: number
  readonly lost: number
  /** Extended highest sequence, modulo 2³². */
  readonly highest: number
  /** Mean deviation of transit times, in timestamp units. */
  readonly jitter: number
}

export interface AudioReceiver {
  /** Sound given out since the beginning, ms. */
  readonly mediaMs: number
  readonly waitMs: number
  readonly counts: ReceiveCounts
  /** One packet as it came. */
  take(bytes: Uint8Array, nowMs: number): void
  beat(nowMs: number): void
  /** Undefined before the first packet. Begins the next interval. */
  report(): ReceptionReport | undefined
  /** Frees the codec; calling it twice is fine. Packets are dropped afterwards. */
  close(): void
}

/** A line that jumps by more was set anew. */
const JUMP_MS = 10_000
const FRAME_MS = 20

export function createAudioReceiver(options: AudioReceiverOptions): AudioReceiver {
  const { decoder, payloadType, limits, hear } = options
  const { rate, clockRate } = decoder
  const perMs = clockRate / 1000
  const frame: { samples: Int16Array; rate: number; atMs: number } = {
    samples: new Int16Array(0),
    rate,
    atMs: 0,
  }
  const silence = new Int16Array((rate * FRAME_MS) / 1000)
  const own = { packets: 0, malformed: 0, concealedMs: 0, filledMs: 0 }
  const past = { lost: 0, late: 0, duplicate: 0, stray: 0 }
  let stream: Stream | undefined
  let given = 0
  let lastAtMs: number | undefined
  /** Silence that the beat has put in since the last packet, ms. */
  let aheadMs = 0
  let isSilent = false
  let frameSamples = silence.length
  let closed = false

  function give(samples: Int16Array): void {
    if (samples.length === 0) return
    frame.samples = samples
    frame.atMs = (given * 1000) / rate
    given += samples.length
    hear(frame)
  }

  function fill(ms: number): void {
    own.filledMs += ms
    for (let left = Math.round((ms * rate) / 1000); left > 0; left -= silence.length) {
      give(left >= silence.length ? silence : silence.subarray(0, left))
    }
  }

  /** Returns how many ms were made up. */
  function conceal(gapMs: number, following: Uint8Array): number {
    const lengthMs = (frameSamples * 1000) / rate
    const count = Math.floor(Math.min(gapMs, limits.concealMs) / lengthMs + 0.01)
    for (let index = 1; index <= count; index++) {
      try {
        give(index < count ? decoder.conceal(frameSamples) : decoder.recover(following, frameSamples))
      } catch {
        give(decoder.conceal(frameSamples))
      }
    }
    own.concealedMs += count * lengthMs
    return count * lengthMs
  }

  /** Makes time whole up to the packet. */
  function bridge(packet: RtpPacket, dueAt: number | undefined, at: number, lostBefore: number): void {
    const gapMs = dueAt === undefined ? 0 : (at - dueAt) / perMs
    let openMs = Math.abs(gapMs) > JUMP_MS ? 0 : gapMs - aheadMs
    aheadMs = 0
    if (lostBefore > 0 && !isSilent && openMs > 0) openMs -= conceal(openMs, packet.payload)
    if (openMs >= 1 && openMs <= limits.fillMs) fill(openMs)
  }

  function inOrder(packet: RtpPacket, lostBefore: number): void {
    if (stream === undefined || packet.payloadType !== payloadType || packet.payload.length === 0) return
    const at = stream.timeOf(packet.timestamp)
    bridge(packet, stream.dueAt, at, lostBefore)
    isSilent = decoder.isSilence(packet.payload)
    try {
      const samples = decoder.decode(packet.payload)
      frameSamples = samples.length
      stream.dueAt = at + (samples.length * clockRate) / rate
      give(samples)
    } catch {
      own.malformed += 1
      stream.dueAt ??= at
    }
  }

  function begin(ssrc: number): Stream {
    if (stream !== undefined) addCounts(past, stream.order.counts)
    return createStream(ssrc, limits, clockRate, inOrder)
  }

  return {
    get mediaMs() {
      return (given * 1000) / rate
    },
    get waitMs() {
      return stream?.order.waitMs ?? limits.minWaitMs
    },
    get counts() {
      const sum = { ...past }
      if (stream !== undefined) addCounts(sum, stream.order.counts)
      return { ...own, ...sum }
    },
    take(bytes, nowMs) {
      const packet = closed ? undefined : readRtp(bytes)
      if (packet === undefined) return
      own.packets += 1
      lastAtMs = nowMs
      if (stream?.ssrc !== packet.ssrc) stream = begin(packet.ssrc)
      stream.take(packet, nowMs)
    },
    beat(nowMs) {
      if (closed || stream === undefined || lastAtMs === undefined) return
      stream.order.beat(nowMs)
      if (stream.order.held > 0) return
      const quietMs = isSilent ? FRAME_MS + stream.order.waitMs : limits.stallMs
      const openMs = nowMs - lastAtMs - quietMs - aheadMs
      if (openMs < FRAME_MS || aheadMs >= limits.mostFillMs) return
      fill(FRAME_MS)
      aheadMs += FRAME_MS
    },
    report: () => stream?.report(),
    close() {
      if (!closed) decoder.close()
      closed = true
    },
  }
}

/** What belongs to one SSRC. */
interface Stream {
  readonly ssrc: number
  readonly order: ReorderBuffer<RtpPacket>
  readonly timeOf: (timestamp: number) => number
  /** Unwrapped timestamp of the next packet if nothing is left out. */
  dueAt: number | undefined
  take(packet: RtpPacket, nowMs: number): void
  report(): ReceptionReport
}

function createStream(
  ssrc: number,
  limits: ReceiveLimits,
  clockRate: number,
  inOrder: (packet: RtpPacket, lostBefore: number) => void,
): Stream {
  const sequenceOf = createUnwrap(16)
  const arrivalOf = createUnwrap(32)
  const order = createReorderBuffer<RtpPacket>(limits, inOrder)
  let first: number | undefined
  let highest = 0
  let received = 0
  let before = { expected: 0, received: 0 }
  let transit: number | undefined
  let jitter = 0
  return {
    ssrc,
    order,
    timeOf: createUnwrap(32),
    dueAt: undefined,
    take(packet, nowMs) {
      const sequence = sequenceOf(packet.sequence)
      first ??= sequence
      highest = first === sequence ? sequence : Math.max(highest, sequence)
      received += 1
      const passed = (nowMs * clockRate) / 1000 - arrivalOf(packet.timestamp)
      if (transit !== undefined) jitter += (Math.abs(passed - transit) - jitter) / 16
      transit = passed
      order.push(sequence, packet, nowMs)
    },
    report() {
      const expected = highest - (first ?? highest) + 1
      const due = expected - before.expected
      const missing = due - (received - before.received)
      before = { expected, received }
      return {
        ssrc,
        fractionLost: due > 0 && missing > 0 ? Math.min(255, Math.floor((missing * 256) / due)) : 0,
        lost: Math.min(0x7f_ffff, Math.max(0, expected - received)),
        highest,
        jitter: Math.round(jitter),
      }
    },
  }
}

function addCounts(sum: { -readonly [Name in keyof ReorderCounts]: number }, counts: ReorderCounts): void {
  sum.lost += counts.lost
  sum.late += counts.late
  sum.duplicate += counts.duplicate
  sum.stray += counts.stray
}
