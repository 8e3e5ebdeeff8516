/**
 * RTP packets (RFC 3550, 5.1): header, contributing sources, extensions (RFC 8285 as a block) and padding.
 *
 * What is no RTP packet gives undefined, never an error: the bytes come from a far end. Extensions are skipped.
 */

export const RTP_HEADER_BYTES = 12

export interface RtpHeader {
  /** First packet after a silence. */
  readonly marker: boolean
  /** 0–127. */
  readonly payloadType: number
  /** 0–65535, wraps. */
  readonly sequence: number
  /** 0–2³²−1, wraps; in units of the codec's clock. */
  readonly timestamp: number
  /** 0–2³²−1. */
  readonly ssrc: number
}

export interface RtpPacket extends RtpHeader {
  /** A view of the bytes that were read; empty in a packet of padding only. */
  readonly payload: Uint8Array
}

/** Whether bytes that share a port with RTP are RTCP (RFC 5761, 4). */
export function isRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0
  return type >= 192 && type <= 223
}

export function readRtp(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < RTP_HEADER_BYTES) return undefined
  const first = bytes[0] as number
  if (first >> 6 !== 2) return undefined
  let from = RTP_HEADER_BYTES + (first & 0x0f) * 4
  if (first & 0x10) {
    if (from + 4 > bytes.length) return undefined
    from += 4 + readUint16(bytes, from + 2) * 4
  }
  const padding = first & 0x20 ? (bytes[bytes.length - 1] as number) : 0
  if (first & 0x20 && padding === 0) return undefined
  const to = bytes.length - padding
  if (from > to) return undefined
  const second = bytes[1] as number
  return {
    marker: second > 127,
    payloadType: second & 0x7f,
    sequence: readUint16(bytes, 2),
    timestamp: readUint32(bytes, 4),
    ssrc: readUint32(bytes, 8),
    payload: bytes.subarray(from, to),
  }
}

/** Writes a header without extensions into the first 12 bytes. */
export function writeRtpHeader(into: Uint8Array, header: RtpHeader): void {
  into[0] = 0x80
  into[1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f)
  writeUint16(into, 2, header.sequence)
  writeUint32(into, 4, header.timestamp)
  writeUint32(into, 8, header.ssrc)
}

/** Big-endian, as all of RTP; the caller has checked the length. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at) * 0x10000 + readUint16(bytes, at + 2)
}

export function writeUint16(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 8
  into[at + 1] = value
}

/** Any integer; written modulo 2³². */
export function writeUint32(into: Uint8Array, at: number, value: number): void {
  const bits = value >>> 0
  into[at] = bits >>> 24
  into[at + 1] = bits >>> 16
  into[at + 2] = bits >>> 8
  into[at + 3] = bits
}
