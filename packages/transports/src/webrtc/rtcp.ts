/**
 * RTCP, as much as a call needs (RFC 3550, 6): our reports, and of the far end's what they say about our sound.
 *
 * NTP time is our monotonic clock: receivers only give it back (LSR), and with it comes the round trip.
 */
import type { ReceptionReport } from './audio-receiver.js'
import { readUint16, readUint32, writeUint16, writeUint32 } from './rtp-packet.js'

export interface SenderFacts {
  /** RTP timestamp of `nowMs`. */
  readonly timestamp: number
  readonly packets: number
  readonly octets: number
}

export interface ReportToWrite {
  readonly ssrc: number
  /** The name both directions and all streams of a sender share, ASCII, up to 64 bytes. */
  readonly cname: string
  readonly nowMs: number
  /** Undefined if nothing was sent since the last report. */
  readonly sent: SenderFacts | undefined
  /** Undefined if nothing ever came. */
  readonly received: ReceptionReport | undefined
  /** The far end's last sender report: the middle of its NTP time, and when it came. */
  readonly lastSender: SenderSeen | undefined
}

export interface SenderSeen {
  readonly ssrc: number
  /** Middle 32 bits of the NTP time. */
  readonly ntp: number
  readonly atMs: number
}

/** What the far end says of our stream. */
export interface FarReport {
  /** Share of packets lost since its last report, 0–1. */
  readonly lossShare: number
  /** In timestamp units. */
  readonly jitter: number
  /** Undefined if it has not had a sender report of ours. */
  readonly rttMs: number | undefined
}

export interface RtcpReader {
  onSender(sender: SenderSeen): void
  onReport(report: FarReport): void
}

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const DESCRIPTION = 202
const BLOCK_BYTES = 24
const MAX_RTT_MS = 10_000

/** Middle 32 bits of the NTP time: units of 1/65536 s. */
function middleNtp(ms: number): number {
  return Math.floor((ms * 65.536) % 2 ** 32)
}

/** A compound packet: a sender or receiver report, and our name. */
export function writeReport(report: ReportToWrite): Uint8Array {
  const { ssrc, cname, nowMs, sent, received } = report
  const headBytes = sent === undefined ? 8 : 28
  const reportBytes = headBytes + (received === undefined ? 0 : BLOCK_BYTES)
  const nameBytes = Math.ceil((4 + 4 + 2 + cname.length + 1) / 4) * 4
  const bytes = new Uint8Array(reportBytes + nameBytes)
  bytes[0] = 0x80 | (received === undefined ? 0 : 1)
  bytes[1] = sent === undefined ? RECEIVER_REPORT : SENDER_REPORT
  writeUint16(bytes, 2, reportBytes / 4 - 1)
  writeUint32(bytes, 4, ssrc)
  if (sent !== undefined) {
    writeUint32(bytes, 8, Math.floor(nowMs / 1000))
    writeUint32(bytes, 12, Math.floor(((nowMs % 1000) / 1000) * 2 ** 32))
    writeUint32(bytes, 16, sent.timestamp)
    writeUint32(bytes, 20, sent.packets)
    writeUint32(bytes, 24, sent.octets)
  }
  if (received !== undefined) writeBlock(bytes, headBytes, report, received)
  writeName(bytes, reportBytes, ssrc, cname)
  return bytes
}

function writeBlock(into: Uint8Array, at: number, report: ReportToWrite, received: ReceptionReport): void {
  const { lastSender, nowMs } = report
  writeUint32(into, at, received.ssrc)
  writeUint32(into, at + 4, (received.fractionLost << 24) | (received.lost & 0xff_ffff))
  writeUint32(into, at + 8, received.highest)
  writeUint32(into, at + 12, received.jitter)
  if (lastSender?.ssrc !== received.ssrc) return
  writeUint32(into, at + 16, lastSender.ntp)
  writeUint32(into, at + 20, Math.round((nowMs - lastSender.atMs) * 65.536))
}

function writeName(into: Uint8Array, at: number, ssrc: number, cname: string): void {
  into[at] = 0x81
  into[at + 1] = DESCRIPTION
  writeUint16(into, at + 2, (into.length - at) / 4 - 1)
  writeUint32(into, at + 4, ssrc)
  into[at + 8] = 1
  into[at + 9] = cname.length
  for (let index = 0; index < cname.length; index++) into[at + 10 + index] = cname.charCodeAt(index) & 0x7f
}

/** Reads a compound packet; what is not well formed ends the reading. */
export function readReports(bytes: Uint8Array, ourSsrc: number, nowMs: number, reader: RtcpReader): void {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const first = bytes[at] as number
    const type = bytes[at + 1] as number
    const end = at + (readUint16(bytes, at + 2) + 1) * 4
    if (first >> 6 !== 2 || end > bytes.length) return
    const head = type === SENDER_REPORT ? 28 : 8
    if (type === SENDER_REPORT && at + head <= end) {
      reader.onSender({ ssrc: readUint32(bytes, at + 4), ntp: readUint32(bytes, at + 10), atMs: nowMs })
    }
    if (type === SENDER_REPORT || type === RECEIVER_REPORT) {
      const blocks = first & 0x1f
      for (let index = 0; index < blocks; index++) {
        const from = at + head + index * BLOCK_BYTES
        if (from + BLOCK_BYTES > end) return
        if (readUint32(bytes, from) === ourSsrc) reader.onReport(readBlock(bytes, from, nowMs))
      }
    }
    at = end
  }
}

function readBlock(bytes: Uint8Array, at: number, nowMs: number): FarReport {
  const lastSender = readUint32(bytes, at + 16)
  const delay = readUint32(bytes, at + 20)
  const passed = (middleNtp(nowMs) - lastSender - delay) / 65.536
  const rttMs = passed < -MAX_RTT_MS ? passed + 2 ** 32 / 65.536 : passed
  const isTold = lastSender !== 0 && rttMs > -5 && rttMs < MAX_RTT_MS
  return {
    lossShare: (bytes[at + 4] as number) / 256,
    jitter: readUint32(bytes, at + 12),
    rttMs: isTold ? Math.max(0, rttMs) : undefined,
  }
}
