/**
 * Ogg Opus of two channels (RFC 7845) from two mono encoders: channel mapping family 1 with two streams and none coupled,
 * so that caller and agent never leak into each other. Within a packet the first stream is self-delimited (RFC 6716,
 * appendix B). Pages hold a second at most.
 */

import { oggPage } from '@parley/audio'
import { ParleyError } from '@parley/core'

/** Granule positions count samples of 48 kHz, whatever the rate. */
const granuleRate = 48_000
const packetsPerPage = 50

export interface OggOpusOptions {
  /** Hz of what was encoded. */
  readonly inputRate: number
  /** How much later the decoded sound is, ms. */
  readonly lookaheadMs: number
  readonly frameMs: number
  /** Of the stream; any number of 32 bits. */
  readonly serial: number
}

export interface OggOpus {
  /** The two headers. */
  begin(): Uint8Array
  /** One packet of each channel, of the same time. Gives a page once there is one. */
  add(caller: Uint8Array, agent: Uint8Array): Uint8Array | undefined
  /** The last page. `totalMs`: how long the sound is; what the last packet has more is cut off by players. */
  end(totalMs: number): Uint8Array
}

export function createOggOpus({ inputRate, lookaheadMs, frameMs, serial }: OggOpusOptions): OggOpus {
  const preSkip = Math.round((lookaheadMs * granuleRate) / 1000)
  const perPacket = (frameMs * granuleRate) / 1000
  let packets: Uint8Array[] = []
  let granule = 0
  let sequence = 0

  const page = (of: readonly Uint8Array[], at: number, place: { first?: true; last?: true } = {}) =>
    oggPage({ packets: of, granule: at, serial, sequence: sequence++, ...place })

  return {
    begin() {
      const head = page([opusHead(inputRate, preSkip)], 0, { first: true })
      return Buffer.concat([head, page([opusTags()], 0)])
    },
    add(caller, agent) {
      // A page is written once there is one behind it: the last must say that it is.
      const full = packets.length === packetsPerPage ? page(packets, granule) : undefined
      if (full !== undefined) packets = []
      packets.push(Buffer.concat([selfDelimited(caller), agent]))
      granule += perPacket
      return full
    },
    end(totalMs) {
      const last = Math.min(granule, preSkip + Math.round((totalMs * granuleRate) / 1000))
      return page(packets, last, { last: true })
    },
  }
}

/** A packet of one frame with its length in front of the frame. */
export function selfDelimited(packet: Uint8Array): Uint8Array {
  const toc = packet[0]
  if (toc === undefined || (toc & 3) !== 0) {
    throw new ParleyError('internal', 'An Opus packet does not hold exactly one frame.')
  }
  const length = packet.length - 1
  const size = length < 252 ? [length] : [252 + (length & 3), (length - (252 + (length & 3))) >> 2]
  return Buffer.concat([Uint8Array.of(toc, ...size), packet.subarray(1)])
}

function opusHead(inputRate: number, preSkip: number): Uint8Array {
  const head = new Uint8Array(21 + 2)
  const view = new DataView(head.buffer)
  head.set(new TextEncoder().encode('OpusHead'))
  head[8] = 1
  head[9] = 2
  view.setUint16(10, preSkip, true)
  view.setUint32(12, inputRate, true)
  // No gain; family 1, two streams, none coupled, in order.
  head[18] = 1
  head[19] = 2
  head[20] = 0
  head[21] = 0
  head[22] = 1
  return head
}

function opusTags(): Uint8Array {
  const vendor = new TextEncoder().encode('parley')
  const tags = new Uint8Array(8 + 4 + vendor.length + 4)
  tags.set(new TextEncoder().encode('OpusTags'))
  new DataView(tags.buffer).setUint32(8, vendor.length, true)
  tags.set(vendor, 12)
  return tags
}
