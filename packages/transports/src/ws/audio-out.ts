/**
 * Frames of a reply to binary messages. Nothing is added or lost but the silence that fills the last Opus packet;
 * how long the reply truly is, `reply-sent` tells.
 */
import { type AudioFrame, createReframer, frameMs, type Opus, type OpusEncoder } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { AudioFormat } from '@parley/protocol'
import { opusRate } from './audio-in.js'
import type { OpusManner } from './opus-manner.js'

/** Takes a message; it keeps `bytes` until they are written. */
export type SendAudio = (bytes: Uint8Array, durationMs: number) => void

export interface AudioOut {
  /** How much later the sound is at the far end for the codec's sake, ms. */
  readonly lookaheadMs: number
  write(frame: AudioFrame, send: SendAudio): void
  /** No more of this stretch will come: sends what is held, filled up. */
  end(send: SendAudio): void
  /** Forgets what is held. */
  drop(): void
  close(): void
}

/**
 * One message a frame. The one copy is `ws`'s need: it keeps the bytes until the kernel takes them, and the frame
 * is only lent. The view of the source is kept, for a session hands out the same samples again and again.
 */
export function createPcmOut(): AudioOut {
  let source: Int16Array = new Int16Array(0)
  let sourceBytes: Uint8Array = new Uint8Array(0)
  return {
    lookaheadMs: 0,
    write(frame, send) {
      const { samples } = frame
      if (samples.length === 0) return
      if (samples !== source) {
        source = samples
        sourceBytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      }
      const bytes = Buffer.allocUnsafe(samples.byteLength)
      bytes.set(sourceBytes)
      send(bytes, frameMs(frame))
    },
    end() {},
    drop() {},
    close() {},
  }
}

/** One Opus packet a message, as long as the encoder's frames. */
export function createOpusOut(encoder: OpusEncoder, rate: number): AudioOut {
  const packetMs = (encoder.frameSamples * 1000) / rate
  const reframer = createReframer({ frameMs: packetMs, rate })
  const { frameSamples, lookaheadMs } = encoder
  const silence = new Int16Array(frameSamples)
  let written = 0
  let sink: SendAudio = () => {}
  const encode = (frame: AudioFrame) => sink(encoder.encode(frame.samples), packetMs)
  return {
    lookaheadMs,
    write(frame, send) {
      sink = send
      written += frame.samples.length
      reframer.process(frame, encode)
    },
    end(send) {
      if (written === 0) return
      sink = send
      const padding = (frameSamples - (written % frameSamples)) % frameSamples
      written = 0
      reframer.flush(encode)
      // The codec's look-ahead still holds the end of the sound if the padding did not push it out.
      if ((padding * 1000) / rate < lookaheadMs) send(encoder.encode(silence), packetMs)
    },
    drop() {
      written = 0
      reframer.flush(() => {})
    },
    close: () => encoder.close(),
  }
}

/** The writer for an announced format. */
export async function openAudioOut(
  format: AudioFormat,
  opus: Opus,
  { packetMs: frameMs, bitrate }: OpusManner,
): Promise<AudioOut> {
  if (format.codec === 'pcm16') return createPcmOut()
  const sampleRate = opusRate(format.sampleRate)
  if (sampleRate === undefined) {
    throw new ParleyError('bad_message', `Opus has no rate of ${format.sampleRate} Hz.`)
  }
  return createOpusOut(await opus.encoder({ sampleRate, frameMs, bitrate }), sampleRate)
}
