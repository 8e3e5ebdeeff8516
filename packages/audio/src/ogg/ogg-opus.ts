/**
 * Mono speech as an Ogg/Opus stream (RFC 7845), written while it is made: two pages of headers, then a page for each
 * stretch of sound. What the encoder adds at both ends is marked, so that players give back just the samples put in.
 */

import type { OpusEncoder } from '../opus.js'
import { oggPage } from './ogg-page.js'

export interface OggOpusWriter {
  /** The header pages; to be written first. */
  head(): Uint8Array
  /** Any number of samples in; the pages that are full of them, maybe none. */
  write(samples: Int16Array): Uint8Array
  /** The rest and the end of the stream. Nothing may be written after it. */
  end(): Uint8Array
}

export interface OggOpusOptions {
  /** Of this stream alone; whoever made it closes it. */
  readonly encoder: OpusEncoder
  /** Hz, that of the encoder. */
  readonly sampleRate: number
  /** Number of the stream, 32 bits; any will do where a file holds one stream. */
  readonly serial: number
}

/** Opus counts at this rate, whatever goes in. */
const GRANULE_RATE = 48_000
/** Most packets in a page: one second of frames of 20 ms. */
const PAGE_PACKETS = 50

export function createOggOpusWriter({ encoder, sampleRate, serial }: OggOpusOptions): OggOpusWriter {
  const { frameSamples } = encoder
  const perSample = GRANULE_RATE / sampleRate
  const preSkip = Math.round((encoder.lookaheadMs * GRANULE_RATE) / 1000)
  const frame = new Int16Array(frameSamples)
  let filled = 0
  let taken = 0
  let encoded = 0
  let sequence = 0

  function page(packets: readonly Uint8Array[], granule: number, place: { first?: boolean; last?: boolean }) {
    return oggPage({ packets, granule, serial, sequence: sequence++, ...place })
  }

  function encode(): Uint8Array {
    encoded++
    filled = 0
    return encoder.encode(frame)
  }

  function pagesOf(packets: readonly Uint8Array[]): Uint8Array {
    const pages: Uint8Array[] = []
    const before = encoded - packets.length
    for (let at = 0; at < packets.length; at += PAGE_PACKETS) {
      const some = packets.slice(at, at + PAGE_PACKETS)
      pages.push(page(some, (before + at + some.length) * frameSamples * perSample, {}))
    }
    return joined(pages)
  }

  return {
    head: () =>
      joined([
        page([identification(preSkip, sampleRate)], 0, { first: true }),
        page([new TextEncoder().encode('OpusTags\u0006\0\0\0Parley\0\0\0\0')], 0, {}),
      ]),
    write(samples) {
      const packets: Uint8Array[] = []
      for (let at = 0; at < samples.length; ) {
        const size = Math.min(frameSamples - filled, samples.length - at)
        frame.set(samples.subarray(at, at + size), filled)
        filled += size
        at += size
        if (filled === frameSamples) packets.push(encode())
      }
      taken += samples.length
      return pagesOf(packets)
    },
    end() {
      const until = preSkip + taken * perSample
      const packets: Uint8Array[] = []
      // What is still in the encoder comes out with silence behind it.
      while (encoded * frameSamples * perSample < until) {
        frame.fill(0, filled)
        packets.push(encode())
      }
      return page(packets, until, { last: true })
    },
  }
}

/** RFC 7845, 5.1: version 1, one channel, no gain, mapping family 0. */
function identification(preSkip: number, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(19)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode('OpusHead'))
  bytes[8] = 1
  bytes[9] = 1
  view.setUint16(10, preSkip, true)
  view.setUint32(12, sampleRate, true)
  return bytes
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
