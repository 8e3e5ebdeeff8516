/**
 * Reads a WAV (RIFF/WAVE, little-endian) into PCM16. Pure: bytes in, sound or a `WavError` out, nothing else.
 *
 * Files that were cut off, or streamed by a writer that could not go back to fill in the sizes, give what they
 * hold. Samples are never resampled.
 */
import { leastStreamedSize, type ParsedFormat, readFormat } from './read-format.js'
import { readChannel, type WavEncoding } from './sample-format.js'
import { requireRiff, tagAt } from './sniff.js'
import { WavError } from './wav-error.js'

export interface Wav {
  /** Hz, 8000–192000. */
  readonly sampleRate: number
  readonly channels: number
  /** All channels mixed to one by their mean; the only channel itself where there is one. */
  readonly samples: Int16Array
  /** One array per channel, all of one length. */
  readonly channelData: readonly Int16Array[]
  readonly durationMs: number
  /** How the samples were stored. */
  readonly encoding: WavEncoding
  /** The file ends before its header says it does; everything up to there was kept. */
  readonly truncated: boolean
}

export interface ReadWavOptions {
  /** Longest file that is read. Default 256 MiB. */
  readonly maxBytes?: number
}

/** What `maxBytes` is unless told. */
export const defaultMaxWavBytes = 256 * 1024 * 1024

/** @throws WavError for anything that is not a WAV with at least one sample. */
export function readWav(bytes: Uint8Array, options: ReadWavOptions = {}): Wav {
  requireSize(bytes.length, options.maxBytes)
  requireRiff(bytes)
  const { format, data } = findChunks(bytes)
  const stride = format.stride
  const frames = Math.floor(data.length / stride)
  if (frames === 0) throw new WavError('no_samples', 'The WAV holds no sound; record it again.')
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset + data.from, data.length)
  const channelData = Array.from({ length: format.channels }, (_, channel) =>
    readChannel(view, format.encoding, { from: channel * format.containerBytes, stride, frames }),
  )
  return {
    sampleRate: format.sampleRate,
    channels: format.channels,
    samples: mixDown(channelData, frames),
    channelData,
    durationMs: (frames * 1000) / format.sampleRate,
    encoding: format.encoding,
    truncated: data.truncated,
  }
}

/** Refuses a size before anything of it is read. @throws WavError `too_large` */
export function requireSize(sizeBytes: number, maxBytes: number = defaultMaxWavBytes): void {
  if (sizeBytes <= maxBytes) return
  throw new WavError(
    'too_large',
    `The WAV has ${sizeBytes} bytes and the limit is ${maxBytes}; send it in shorter pieces.`,
  )
}

interface Data {
  readonly bytes: Uint8Array
  readonly from: number
  readonly length: number
  readonly truncated: boolean
}

function findChunks(bytes: Uint8Array): { format: ParsedFormat; data: Data } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let format: ParsedFormat | undefined
  let at = 12
  while (at + 8 <= bytes.length) {
    const tag = tagAt(bytes, at)
    const size = view.getUint32(at + 4, true)
    const from = at + 8
    if (tag === 'fmt ') format = readFormat(view, from, Math.min(size, bytes.length - from))
    if (tag === 'data') {
      if (!format) throw new WavError('bad_header', 'The WAV has sound before its format; save it again.')
      return { format, data: measureData(bytes, view, { from, size }) }
    }
    at = from + size + (size & 1)
  }
  if (!format) throw new WavError('bad_header', 'The WAV has no format chunk; save it again.')
  throw new WavError('no_samples', 'The WAV has no data chunk: it holds no sound; record it again.')
}

function measureData(bytes: Uint8Array, view: DataView, chunk: { from: number; size: number }): Data {
  const { from, size } = chunk
  const rest = bytes.length - from
  const riffEnd = view.getUint32(4, true) + 8
  const streamed = size === 0 ? riffEnd <= from || riffEnd > bytes.length : size >= leastStreamedSize
  const length = streamed && size === 0 ? rest : Math.min(size, rest)
  return { bytes, from, length, truncated: !streamed && size > rest }
}

function mixDown(channels: readonly Int16Array[], frames: number): Int16Array {
  const [first] = channels
  if (channels.length === 1 && first) return first
  const mono = new Int16Array(frames)
  for (let i = 0; i < frames; i++) {
    let sum = 0
    for (const channel of channels) sum += channel[i] as number
    mono[i] = Math.round(sum / channels.length)
  }
  return mono
}
