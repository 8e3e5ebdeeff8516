/** Writes a WAV, at once or as a stream whose length is not known when it begins. */
import { encodeAlaw, encodeUlaw } from '../g711.js'
import { sampleBytes } from './sample-format.js'

/** Encodings that are written. */
export type WavWriteEncoding = 'pcm16' | 'float32' | 'ulaw' | 'alaw'

export interface WriteWavOptions {
  /** Hz. */
  readonly sampleRate: number
  /** One array for mono, or one per channel, all of one length. */
  readonly samples: Int16Array | readonly Int16Array[]
  /** Default `pcm16`. */
  readonly encoding?: WavWriteEncoding
}

/** The whole file. @throws RangeError if channels differ in length or the numbers do not fit a WAV. */
export function writeWav({ sampleRate, samples, encoding = 'pcm16' }: WriteWavOptions): Uint8Array {
  const channels = samples instanceof Int16Array ? [samples] : samples
  const frames = channels[0]?.length ?? 0
  if (channels.some(channel => channel.length !== frames)) {
    throw new RangeError('The channels differ in length; pad the shorter ones with silence.')
  }
  const dataBytes = frames * channels.length * sampleBytes[encoding]
  const header = wavHeader({ sampleRate, channels: channels.length, encoding, dataBytes })
  const file = new Uint8Array(header.length + dataBytes + wavPadding(dataBytes))
  file.set(header)
  file.set(encodeWavData(interleave(channels, frames), encoding), header.length)
  return file
}

/** Interleaved PCM16 as the bytes that follow a header of that encoding. */
export function encodeWavData(samples: Int16Array, encoding: WavWriteEncoding): Uint8Array {
  if (encoding === 'ulaw') return encodeUlaw(samples)
  if (encoding === 'alaw') return encodeAlaw(samples)
  const bytes = new Uint8Array(samples.length * sampleBytes[encoding])
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] as number
    if (encoding === 'pcm16') view.setInt16(i * 2, sample, true)
    else view.setFloat32(i * 4, sample / 32_768, true)
  }
  return bytes
}

export interface WavHeaderOptions {
  /** Hz. */
  readonly sampleRate: number
  readonly channels: number
  /** Default `pcm16`. */
  readonly encoding?: WavWriteEncoding
  /** Bytes of sound that follow. Left out: not known yet, or 4 GiB and more. */
  readonly dataBytes?: number
}

const unknownSize = 0xffff_ffff
const formatTags: Readonly<Record<WavWriteEncoding, number>> = { pcm16: 1, float32: 3, alaw: 6, ulaw: 7 }

/**
 * The header of a WAV. To stream: write it without `dataBytes`, append data (`encodeWavData`) and at the end
 * `wavPadding`, then write the header again with `dataBytes` over the first; both have one length. A file whose
 * header was never patched is still read to its end.
 * @throws RangeError for numbers that do not fit a WAV.
 */
export function wavHeader(options: WavHeaderOptions): Uint8Array {
  const { sampleRate, channels, encoding = 'pcm16', dataBytes = unknownSize } = options
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > 0xffff_ffff) {
    throw new RangeError(`A WAV of ${sampleRate} Hz cannot be written; give the rate in Hz.`)
  }
  const blockBytes = channels * sampleBytes[encoding]
  if (!Number.isInteger(channels) || channels < 1 || channels > 32) {
    throw new RangeError(`A WAV of ${channels} channels cannot be written; give 1–32.`)
  }
  if (!Number.isInteger(dataBytes) || dataBytes < 0) {
    throw new RangeError(`A WAV of ${dataBytes} bytes of sound cannot be written; count them in bytes.`)
  }
  const plain = encoding === 'pcm16'
  const header = new DataView(new ArrayBuffer(plain ? 44 : 58))
  const riffBytes = header.byteLength - 8 + dataBytes + wavPadding(dataBytes)
  const known = riffBytes < unknownSize
  putTag(header, 0, 'RIFF')
  header.setUint32(4, known ? riffBytes : unknownSize, true)
  putTag(header, 8, 'WAVE')
  putTag(header, 12, 'fmt ')
  header.setUint32(16, plain ? 16 : 18, true)
  header.setUint16(20, formatTags[encoding], true)
  header.setUint16(22, channels, true)
  header.setUint32(24, sampleRate, true)
  header.setUint32(28, Math.min(sampleRate * blockBytes, 0xffff_ffff), true)
  header.setUint16(32, blockBytes, true)
  header.setUint16(34, sampleBytes[encoding] * 8, true)
  if (!plain) putFact(header, known ? dataBytes / blockBytes : unknownSize)
  putTag(header, header.byteLength - 8, 'data')
  header.setUint32(header.byteLength - 4, known ? dataBytes : unknownSize, true)
  return new Uint8Array(header.buffer)
}

/** The byte that follows sound of an odd number of bytes: chunks begin at even places. */
export function wavPadding(dataBytes: number): 0 | 1 {
  return dataBytes % 2 === 1 ? 1 : 0
}

/** Everything but PCM says how many samples a channel has. */
function putFact(header: DataView, frames: number): void {
  header.setUint16(36, 0, true)
  putTag(header, 38, 'fact')
  header.setUint32(42, 4, true)
  header.setUint32(46, Math.floor(frames), true)
}

function putTag(header: DataView, at: number, tag: string): void {
  for (let i = 0; i < 4; i++) header.setUint8(at + i, tag.charCodeAt(i))
}

function interleave(channels: readonly Int16Array[], frames: number): Int16Array {
  const [first] = channels
  if (channels.length === 1 && first) return first
  const interleaved = new Int16Array(frames * channels.length)
  channels.forEach((channel, offset) => {
    for (let i = 0; i < frames; i++) interleaved[i * channels.length + offset] = channel[i] as number
  })
  return interleaved
}
