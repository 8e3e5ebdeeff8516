/**
 * Binary messages of the far end to frames. Media time is the count of samples received and nothing else: neither
 * the clock nor the network moves it. The frame, its samples included, is only valid until the next call.
 */
import { type AudioFrame, type Opus, type OpusDecoder, OpusPacketError, type OpusRate } from '@parley/audio'
import { ParleyError } from '@parley/core'
import { type AudioFormat, OPUS_SAMPLE_RATES } from '@parley/protocol'

export interface AudioIn {
  /** The frame in the message; undefined for an empty one. Throws `bad_audio`. */
  read(bytes: Buffer): AudioFrame | undefined
  close(): void
}

/**
 * PCM16, little-endian, as the hosts this runs on are. The bytes are copied: `ws` hands out slices at odd offsets,
 * and the copy costs no more than a new view would.
 */
export function createPcmIn(rate: number): AudioIn {
  let kept = Buffer.alloc(0)
  const frame: { samples: Int16Array; rate: number; atMs: number } = {
    samples: new Int16Array(0),
    rate,
    atMs: 0,
  }
  let received = 0
  return {
    read(bytes) {
      const { length } = bytes
      if (length === 0) return undefined
      if (length % 2 !== 0) {
        throw new ParleyError('bad_audio', `${length} bytes are no whole number of 16-bit samples.`)
      }
      const count = length / 2
      if (count > rate) {
        throw new ParleyError(
          'bad_audio',
          `${count} samples are over 1 s at ${rate} Hz; send shorter pieces.`,
        )
      }
      if (frame.samples.length !== count) {
        if (kept.length < length) kept = Buffer.from(new ArrayBuffer(length))
        frame.samples = new Int16Array(kept.buffer, 0, count)
      }
      bytes.copy(kept)
      frame.atMs = (received * 1000) / rate
      received += count
      return frame
    },
    close() {},
  }
}

/** One raw Opus packet a message, decoded at `rate` whatever rate it was made at. */
export function createOpusIn(decoder: OpusDecoder, rate: number): AudioIn {
  const frame: { samples: Int16Array; rate: number; atMs: number } = {
    samples: new Int16Array(0),
    rate,
    atMs: 0,
  }
  let received = 0
  return {
    read(bytes) {
      if (bytes.length === 0) return undefined
      frame.samples = decodePacket(decoder, bytes)
      frame.atMs = (received * 1000) / rate
      received += frame.samples.length
      return frame
    },
    close: () => decoder.close(),
  }
}

function decodePacket(decoder: OpusDecoder, bytes: Buffer): Int16Array {
  try {
    return decoder.decode(bytes)
  } catch (thrown) {
    if (thrown instanceof OpusPacketError)
      throw new ParleyError('bad_audio', thrown.message, { cause: thrown })
    throw thrown
  }
}

/** The reader for an announced format. Opus is decoded straight at `listenRate` where the codec has that rate. */
export async function openAudioIn(format: AudioFormat, opus: Opus, listenRate: number): Promise<AudioIn> {
  if (format.codec === 'pcm16') return createPcmIn(format.sampleRate)
  const sampleRate = opusRate(listenRate) ?? opusRate(format.sampleRate) ?? 48_000
  return createOpusIn(await opus.decoder({ sampleRate }), sampleRate)
}

/** The rate as one of the codec's own. */
export function opusRate(rate: number): OpusRate | undefined {
  return OPUS_SAMPLE_RATES.find(known => known === rate)
}
