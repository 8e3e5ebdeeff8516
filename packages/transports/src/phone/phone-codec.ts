/** Base64 of a stream to samples and back, in its format. Buffers are used again: a frame makes nothing but its text. */
import { decodeUlaw, encodeUlaw } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { PhoneFormat } from '@parley/protocol'

/** Which byte of a 16-bit sample comes first. */
export type ByteOrder = 'little' | 'big'

export interface PhoneCodec {
  /** Hz. */
  readonly rate: number
  readonly bytesPerSecond: number
  /** Valid until the next call. Throws `bad_audio` for half a sample. */
  decode(payload: string): Int16Array
  encode(samples: Int16Array): string
}

/** Most samples of a first guess: 20 ms at 24 kHz. */
const FRAME_SAMPLES = 480

export function createPhoneCodec({ encoding, sampleRate }: PhoneFormat, order: ByteOrder): PhoneCodec {
  return encoding === 'mulaw' ? createUlaw(sampleRate) : createL16(sampleRate, order)
}

function createUlaw(rate: number): PhoneCodec {
  let read = Buffer.alloc(FRAME_SAMPLES)
  let pcm = new Int16Array(FRAME_SAMPLES)
  let codes = read.subarray(0, 0)
  let heard = pcm.subarray(0, 0)
  let written = Buffer.alloc(0)
  return {
    rate,
    bytesPerSecond: rate,
    decode(payload) {
      const most = mostBytes(payload)
      if (read.length < most) {
        read = Buffer.alloc(most)
        pcm = new Int16Array(most)
        codes = read.subarray(0, 0)
      }
      const count = read.write(payload, 0, 'base64')
      if (codes.length !== count || codes.buffer !== read.buffer) {
        codes = read.subarray(0, count)
        heard = pcm.subarray(0, count)
      }
      return decodeUlaw(codes, heard)
    },
    encode(samples) {
      if (written.length !== samples.length) written = Buffer.alloc(samples.length)
      encodeUlaw(samples, written)
      return written.toString('base64')
    },
  }
}

function createL16(rate: number, order: ByteOrder): PhoneCodec {
  const swaps = order !== hostOrder
  let pcm = new Int16Array(FRAME_SAMPLES)
  let read = bytesOver(pcm)
  let heard = pcm.subarray(0, 0)
  let outgoing = new Int16Array(0)
  let written = bytesOver(outgoing)
  return {
    rate,
    bytesPerSecond: 2 * rate,
    decode(payload) {
      const most = mostBytes(payload)
      if (read.length < most) {
        pcm = new Int16Array(Math.ceil(most / 2))
        read = bytesOver(pcm)
        heard = pcm.subarray(0, 0)
      }
      const count = read.write(payload, 0, 'base64')
      if (count % 2 !== 0)
        throw new ParleyError('bad_audio', `${count} bytes are no whole samples of 16 bits.`)
      if (heard.length !== count / 2) heard = pcm.subarray(0, count / 2)
      if (swaps) swapBytes(heard)
      return heard
    },
    encode(samples) {
      if (outgoing.length !== samples.length) {
        outgoing = new Int16Array(samples.length)
        written = bytesOver(outgoing)
      }
      outgoing.set(samples)
      if (swaps) swapBytes(outgoing)
      return written.toString('base64')
    },
  }
}

const hostOrder: ByteOrder = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'little' : 'big'

function bytesOver({ buffer, byteOffset, byteLength }: Int16Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}

function mostBytes({ length }: string): number {
  return Math.ceil((length * 3) / 4)
}

function swapBytes(samples: Int16Array): void {
  for (let at = 0; at < samples.length; at++) {
    const sample = samples[at] as number
    samples[at] = ((sample & 0xff) << 8) | ((sample >> 8) & 0xff)
  }
}
