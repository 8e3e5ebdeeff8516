/** Bytes of a WAV, or of bare PCM16, as blocks of samples per channel, in constant memory. */
import { createWavReader, type WavEncoding, WavError } from '@parley/audio'
import { ParleyError } from '@parley/core'

export interface SoundFormat {
  /** Hz. */
  readonly rate: number
  readonly channels: number
  readonly encoding: WavEncoding
}

export interface SoundDecoder {
  /** Undefined until the header was read. */
  readonly format: SoundFormat | undefined
  /** One array a channel, all of one length; empty while nothing is whole. @throws ParleyError `bad_audio_file` */
  decode(bytes: Uint8Array): readonly Int16Array[]
  /** @throws ParleyError `bad_audio_file` where there was no sound. */
  end(): { readonly truncated: boolean }
}

export function createWavDecoder(name: string): SoundDecoder {
  const reader = createWavReader()

  function named<Result>(act: () => Result): Result {
    try {
      return act()
    } catch (cause) {
      if (!(cause instanceof WavError)) throw cause
      throw new ParleyError('bad_audio_file', `${name}: ${cause.message}`, { cause })
    }
  }

  return {
    get format() {
      const { format } = reader
      if (format === undefined) return undefined
      return { rate: format.sampleRate, channels: format.channels, encoding: format.encoding }
    },
    decode: bytes => named(() => reader.read(bytes)),
    end: () => named(() => reader.end()),
  }
}

/** Bare PCM16, little-endian, one channel. `notice` is told where it looks like a WAV all the same. */
export function createPcmDecoder(
  rate: number,
  name: string,
  notice: (sentence: string) => void,
): SoundDecoder {
  const format: SoundFormat = { rate, channels: 1, encoding: 'pcm16' }
  let odd: number | undefined
  let samples = 0
  let begun = false
  return {
    format,
    decode(bytes) {
      if (bytes.length === 0) return []
      if (!begun && String.fromCharCode(...bytes.subarray(0, 4)) === 'RIFF') {
        notice(`${name} begins as a WAV does, and --rate takes it for bare samples; leave --rate out.`)
      }
      begun = true
      const all = odd === undefined ? bytes : Uint8Array.of(odd, ...bytes.subarray(0, 1))
      const rest = odd === undefined ? undefined : bytes.subarray(1)
      odd = (rest ?? all).length % 2 === 1 ? (rest ?? all).at(-1) : undefined
      const first = pcmOf(all)
      const block = rest === undefined ? first : joined(first, pcmOf(rest))
      samples += block.length
      return block.length === 0 ? [] : [block]
    },
    end() {
      if (samples === 0) throw new ParleyError('bad_audio_file', `${name} holds no sound; record it again.`)
      return { truncated: odd !== undefined }
    },
  }
}

function pcmOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(i * 2, true))
}

function joined(first: Int16Array, second: Int16Array): Int16Array {
  const both = new Int16Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
