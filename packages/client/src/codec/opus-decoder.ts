/**
 * Opus packets to samples by the browser's decoder, off the page's thread. What the codec put before the sound is cut
 * off, so that places count from its true start. Nothing is ever dropped: a decoder that cannot follow has failed.
 */
import { toPcm16 } from '../audio/capture.js'
import { createInOrder } from './in-order.js'
import { decoderConfig, OPUS_OUTPUT_RATE, type WebCodecs } from './web-codecs.js'

export interface OpusDecoderOptions {
  readonly webCodecs: WebCodecs
  readonly packetMs: number
  /** Of the far end's encoder. */
  readonly lookaheadMs: number
  readonly timer: (ms: number, run: () => void) => () => void
  /** At `OPUS_OUTPUT_RATE`, mono. */
  readonly audio: (samples: Int16Array<ArrayBuffer>) => void
  /** Said once; nothing is decoded after it. */
  readonly failed: (cause: unknown) => void
}

export interface OpusDecoder {
  decode(packet: ArrayBuffer): void
  /** Runs `then` once the sound of all packets so far was handed over. */
  after(then: () => void): void
  /** The next sound begins a stretch: cuts off what the codec puts before it. */
  begin(): void
  close(): void
}

/** 10 s of 20 ms packets; a gateway sends 0.2 s ahead. */
const MAX_INSIDE = 500

export function createOpusDecoder(options: OpusDecoderOptions): OpusDecoder {
  const { webCodecs, packetMs, lookaheadMs, timer } = options
  const order = createInOrder({ timer, stalled: () => decoder.flush().then(order.release, fail) })
  let toCut = 0
  let decoded = 0
  let over = false
  const decoder = new webCodecs.AudioDecoder({ output, error: fail })

  function output(sound: AudioData): void {
    const samples = over ? undefined : samplesOf(sound)
    sound.close()
    if (samples === undefined) return
    if (samples.length > 0) options.audio(samples)
    order.leave()
  }

  /** Undefined for sound that cannot be used. */
  function samplesOf(sound: AudioData): Int16Array<ArrayBuffer> | undefined {
    if (sound.sampleRate !== OPUS_OUTPUT_RATE) {
      fail(new Error(`Opus was decoded to ${sound.sampleRate} Hz instead of ${OPUS_OUTPUT_RATE}.`))
      return undefined
    }
    const cut = Math.min(toCut, sound.numberOfFrames)
    toCut -= cut
    try {
      return pcm16Of(sound, cut)
    } catch (thrown) {
      fail(thrown)
      return undefined
    }
  }

  function fail(cause: unknown): void {
    if (over) return
    close()
    options.failed(cause)
  }

  function close(): void {
    over = true
    if (decoder.state !== 'closed') decoder.close()
    order.release()
  }

  try {
    decoder.configure(decoderConfig)
  } catch (thrown) {
    fail(thrown)
  }
  return {
    decode(packet) {
      if (over || packet.byteLength === 0) return
      if (order.inside >= MAX_INSIDE) return fail(new Error('The decoder is slower than the sound.'))
      order.enter()
      try {
        const timestamp = decoded++ * packetMs * 1000
        decoder.decode(new webCodecs.EncodedAudioChunk({ type: 'key', timestamp, data: packet }))
      } catch (thrown) {
        fail(thrown)
      }
    },
    after: order.after,
    begin() {
      toCut = Math.round((lookaheadMs * OPUS_OUTPUT_RATE) / 1000)
    },
    close,
  }
}

/** The first channel from sample `from` on. Every browser can give floats; those that give PCM16 spare a loop. */
function pcm16Of(sound: AudioData, from: number): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(sound.numberOfFrames - from)
  if (samples.length === 0) return samples
  try {
    sound.copyTo(samples, { planeIndex: 0, frameOffset: from, format: 's16-planar' })
  } catch {
    const floats = new Float32Array(samples.length)
    sound.copyTo(floats, { planeIndex: 0, frameOffset: from, format: 'f32-planar' })
    for (let i = 0; i < samples.length; i++) samples[i] = toPcm16(floats[i] ?? 0)
  }
  return samples
}
