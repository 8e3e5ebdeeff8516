/** The files that are made of a recording's sound, each written from its beginning to its end. */

import { type Opus, wavHeader } from '@parley/audio'
import { createOggOpus } from './ogg-opus.js'
import type { RecordingSink } from './recording-shelf.js'
import { bytesPerPair } from './wav-spool.js'

export const opusFrameMs = 20
/** Finished files are written in pieces of this size. */
const pieceBytes = 65_536

/** One of the files that are made of the sound. */
export interface Writer {
  /** A slice of interleaved sound; the last has fewer than it has room for, and silence behind. */
  take(slice: Int16Array, pairs: number): Promise<void>
  end(): Promise<void>
  close(): Promise<void>
}

/** Puts small pieces together. */
function inPieces(sink: RecordingSink) {
  const piece = new Uint8Array(pieceBytes)
  let used = 0
  const flush = async (): Promise<void> => {
    if (used > 0) await sink.append(piece.slice(0, used))
    used = 0
  }
  return {
    flush,
    async put(bytes: Uint8Array): Promise<void> {
      for (let at = 0; at < bytes.length; ) {
        const count = Math.min(bytes.length - at, pieceBytes - used)
        piece.set(bytes.subarray(at, at + count), used)
        used += count
        at += count
        if (used === pieceBytes) await flush()
      }
    },
  }
}

export async function wavWriter(sink: RecordingSink, rate: number, pairs: number): Promise<Writer> {
  const pieces = inPieces(sink)
  await pieces.put(wavHeader({ sampleRate: rate, channels: 2, dataBytes: pairs * bytesPerPair }))
  return {
    take: (slice, count) => pieces.put(new Uint8Array(slice.buffer, slice.byteOffset, count * bytesPerPair)),
    end: () => pieces.flush(),
    close: () => sink.close(),
  }
}

export interface OggWork {
  readonly opus: Opus
  /** Hz. */
  readonly rate: 8_000 | 16_000
  readonly pairs: number
  /** A number of 32 bits that is not used for another. */
  serial(): number
}

export async function oggWriter(
  sink: RecordingSink,
  { opus, rate, serial, pairs }: OggWork,
): Promise<Writer> {
  const pieces = inPieces(sink)
  const caller = await opus.encoder({ sampleRate: rate })
  const agent = await opus.encoder({ sampleRate: rate })
  const { frameSamples, lookaheadMs } = caller
  const stream = createOggOpus({ inputRate: rate, lookaheadMs, frameMs: opusFrameMs, serial: serial() })
  const left = new Int16Array(frameSamples)
  const right = new Int16Array(frameSamples)
  let encoded = 0

  const encode = async (slice: Int16Array): Promise<void> => {
    for (let from = 0; from < slice.length / 2; from += frameSamples) {
      for (let i = 0; i < frameSamples; i++) {
        left[i] = slice[2 * (from + i)] as number
        right[i] = slice[2 * (from + i) + 1] as number
      }
      const page = stream.add(caller.encode(left), agent.encode(right))
      encoded += frameSamples
      if (page !== undefined) await pieces.put(page)
    }
  }

  await pieces.put(stream.begin())
  return {
    take: slice => encode(slice),
    async end() {
      // The encoder's look-ahead needs more than there is sound.
      while (encoded < pairs + (lookaheadMs * rate) / 1000) await encode(new Int16Array(2 * frameSamples))
      await pieces.put(stream.end((pairs * 1000) / rate))
      await pieces.flush()
    },
    async close() {
      caller.close()
      agent.close()
      await sink.close()
    },
  }
}
