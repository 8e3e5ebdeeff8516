/** One page of an Ogg stream (RFC 3533): whole packets behind a header with their sizes and a checksum. */

export interface OggPage {
  /** Whole packets, 255 lacing values in all at most: some fifty packets of 1,275 bytes. */
  readonly packets: readonly Uint8Array[]
  /** Where the stream stands after this page, in the codec's own count. */
  readonly granule: number
  readonly serial: number
  /** Number of the page, from 0. */
  readonly sequence: number
  readonly first?: boolean
  readonly last?: boolean
}

const HEADER_BYTES = 27
const FIRST = 2
const LAST = 4

/** @throws RangeError for more than a page can hold. */
export function oggPage(page: OggPage): Uint8Array {
  const lacing = page.packets.flatMap(({ length }) => lacingOf(length))
  if (lacing.length > 255) throw new RangeError('More packets than an Ogg page holds; begin another page.')
  const bodyBytes = page.packets.reduce((sum, { length }) => sum + length, 0)
  const bytes = new Uint8Array(HEADER_BYTES + lacing.length + bodyBytes)
  const view = new DataView(bytes.buffer)
  bytes.set([0x4f, 0x67, 0x67, 0x53], 0)
  bytes[5] = (page.first === true ? FIRST : 0) | (page.last === true ? LAST : 0)
  view.setBigUint64(6, BigInt(Math.round(page.granule)), true)
  view.setUint32(14, page.serial >>> 0, true)
  view.setUint32(18, page.sequence, true)
  bytes[26] = lacing.length
  bytes.set(lacing, HEADER_BYTES)
  let at = HEADER_BYTES + lacing.length
  for (const packet of page.packets) {
    bytes.set(packet, at)
    at += packet.length
  }
  view.setUint32(22, oggChecksum(bytes), true)
  return bytes
}

/** A packet ends with a value below 255, if need be 0. */
function lacingOf(length: number): number[] {
  return [...new Array<number>(Math.floor(length / 255)).fill(255), length % 255]
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24
  for (let bit = 0; bit < 8; bit++) sum = sum & 0x8000_0000 ? (sum << 1) ^ 0x04c1_1db7 : sum << 1
  return sum >>> 0
})

/** CRC-32 as RFC 3533 has it (not that of zip), with the checksum's own place as zeros. */
export function oggChecksum(page: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < page.length; at++) {
    const byte = at >= 22 && at < 26 ? 0 : (page[at] as number)
    sum = ((sum << 8) ^ (table[((sum >>> 24) ^ byte) & 0xff] as number)) >>> 0
  }
  return sum
}
