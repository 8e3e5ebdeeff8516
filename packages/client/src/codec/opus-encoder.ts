/**
 * Samples to Opus packets by the browser's encoder, off the page's thread. Cuts them to the packet's length and
 * feeds the encoder only what it can take; over `waitingMs` the oldest is dropped. Nothing comes after `close`.
 */
import { createInOrder } from './in-order.js'
import { encoderConfig, type OpusManner, type WebCodecs } from './web-codecs.js'

export interface OpusEncoderOptions {
  readonly webCodecs: WebCodecs
  readonly manner: OpusManner
  /** How much may wait for the encoder, ms: what was kept during a lost connection comes all at once. */
  readonly waitingMs: number
  readonly timer: (ms: number, run: () => void) => () => void
  /** With the samples that it was made of. */
  readonly packet: (bytes: Uint8Array<ArrayBuffer>, samples: Int16Array<ArrayBuffer>) => void
  /** The encoder is slower than speech. */
  readonly dropped: (samples: number) => void
  /** Said once; nothing is encoded after it. */
  readonly failed: (cause: unknown) => void
}

export interface OpusEncoder {
  /** The array belongs to the encoder from then on. */
  encode(samples: Int16Array<ArrayBuffer>): void
  /** Fills up what is held of a packet with silence; `then` runs after the last packet. */
  finish(then: () => void): void
  /** Returns what was given and did not become a packet, in order. */
  close(): Int16Array<ArrayBuffer>[]
}

/** Frames inside the browser's encoder; beyond that they wait here, where they can be dropped. */
const MAX_INSIDE = 10

export function createOpusEncoder(options: OpusEncoderOptions): OpusEncoder {
  const { webCodecs, manner, timer, waitingMs, packet, dropped } = options
  const { sampleRate, packetMs } = manner
  const frameLength = (sampleRate * packetMs) / 1000
  const order = createInOrder({ timer, stalled: () => encoder.flush().then(order.release, fail) })
  const waiting: Int16Array<ArrayBuffer>[] = []
  /** Frames in the browser's encoder, which gives a packet for each, in order. */
  const inside: Int16Array<ArrayBuffer>[] = []
  let frame = new Int16Array(frameLength)
  let filled = 0
  let encoded = 0
  let over = false
  const unsent: Int16Array<ArrayBuffer>[] = []
  const encoder = new webCodecs.AudioEncoder({ output, error: fail })

  function output(chunk: EncodedAudioChunk): void {
    if (over) return
    const bytes = new Uint8Array(chunk.byteLength)
    chunk.copyTo(bytes)
    // What a flush adds of itself was made of nothing.
    packet(bytes, inside.shift() ?? new Int16Array(frameLength))
    order.leave()
    pump()
  }

  function fail(cause: unknown): void {
    if (over) return
    close()
    options.failed(cause)
  }

  function submit(samples: Int16Array<ArrayBuffer>): void {
    order.enter()
    waiting.push(samples)
    if (waiting.length * packetMs > waitingMs) {
      waiting.shift()
      dropped(frameLength)
      order.leave()
    }
    pump()
  }

  function pump(): void {
    try {
      while (!over && waiting.length > 0 && encoder.encodeQueueSize < MAX_INSIDE) {
        const samples = waiting.shift() as Int16Array<ArrayBuffer>
        inside.push(samples)
        const sound = new webCodecs.AudioData({
          format: 's16',
          sampleRate,
          numberOfFrames: frameLength,
          numberOfChannels: 1,
          timestamp: encoded++ * packetMs * 1000,
          data: samples,
        })
        encoder.encode(sound)
        sound.close()
      }
    } catch (thrown) {
      fail(thrown)
    }
  }

  function encode(samples: Int16Array<ArrayBuffer>): void {
    if (over) return void unsent.push(samples)
    if (filled === 0 && samples.length === frameLength) return submit(samples)
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(frameLength - filled, samples.length - at)
      frame.set(samples.subarray(at, at + count), filled)
      filled += count
      at += count
      if (filled < frameLength) return
      submit(frame)
      frame = new Int16Array(frameLength)
      filled = 0
    }
  }

  function close(): Int16Array<ArrayBuffer>[] {
    over = true
    const held = filled > 0 ? [frame.subarray(0, filled)] : []
    unsent.push(...inside.splice(0), ...waiting.splice(0), ...held)
    filled = 0
    if (encoder.state !== 'closed') encoder.close()
    order.release()
    return unsent
  }

  try {
    encoder.configure(encoderConfig(manner))
  } catch (thrown) {
    fail(thrown)
  }
  return {
    encode,
    finish(then) {
      if (filled > 0) encode(new Int16Array(frameLength - filled))
      order.after(then)
    },
    close,
  }
}
