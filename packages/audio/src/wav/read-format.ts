/** Reads the `fmt ` chunk of a WAV: what the samples are and how they lie. */
import { resampleRates } from '../resampler.js'
import type { WavEncoding } from './sample-format.js'
import { WavError } from './wav-error.js'

export interface ParsedFormat {
  readonly encoding: WavEncoding
  readonly channels: number
  readonly sampleRate: number
  /** Bytes of one sample of one channel. */
  readonly containerBytes: number
  /** Bytes from one sample of a channel to its next. */
  readonly stride: number
}

const mostChannels = 32

/** Sizes from here on are what writers put that cannot go back: 0xFFFFFFFF, and 0x7FFFF000 of some. */
export const leastStreamedSize = 0x7fff_f000

/** Format tags (RFC 2361); those that are not read have names for the message. */
const pcm = 0x0001
const float = 0x0003
const alaw = 0x0006
const ulaw = 0x0007
const extensible = 0xfffe
const tagNames: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  255: 'AAC',
}

/** @throws WavError if the chunk is too short, contradicts itself or names what is not read. */
export function readFormat(view: DataView, from: number, size: number): ParsedFormat {
  if (size < 16) throw new WavError('bad_header', 'The format chunk of the WAV is too short; save it again.')
  const channels = view.getUint16(from + 2, true)
  const sampleRate = view.getUint32(from + 4, true)
  const blockBytes = view.getUint16(from + 12, true)
  const bits = view.getUint16(from + 14, true)
  if (channels < 1 || channels > mostChannels) {
    throw new WavError('bad_header', `The WAV claims ${channels} channels; 1–${mostChannels} are read.`)
  }
  const encoding = readEncoding(readTag(view, from, size), bits)
  requireRate(sampleRate)
  const containerBytes = Math.ceil(bits / 8)
  const stride = containerBytes * channels
  if (blockBytes !== stride) {
    throw new WavError(
      'bad_header',
      `The WAV claims ${blockBytes} bytes a block where ${stride} fit its format.`,
    )
  }
  return { encoding, channels, sampleRate, containerBytes, stride }
}

/** The tag, looked up in the sub-format where the chunk is of the extensible kind. */
function readTag(view: DataView, from: number, size: number): number {
  const tag = view.getUint16(from, true)
  if (tag !== extensible) return tag
  if (size < 40)
    throw new WavError('bad_header', 'The extended format of the WAV is cut short; save it again.')
  return view.getUint16(from + 24, true)
}

function readEncoding(tag: number, bits: number): WavEncoding {
  const encoding = encodings[tag]?.(bits)
  if (encoding) return encoding
  const name =
    tag in encodings ? `${bits} bits` : (tagNames[tag] ?? `format 0x${tag.toString(16).padStart(4, '0')}`)
  throw new WavError(
    'unsupported_encoding',
    `The WAV holds ${name}; convert it to PCM of 8–32 bits, float, µ-law or A-law.`,
  )
}

const encodings: Readonly<Record<number, (bits: number) => WavEncoding | undefined>> = {
  [pcm]: bits => (bits >= 1 && bits <= 32 ? pcmOfBytes[Math.ceil(bits / 8) - 1] : undefined),
  [float]: bits => (bits === 32 ? 'float32' : bits === 64 ? 'float64' : undefined),
  [alaw]: bits => (bits === 8 ? 'alaw' : undefined),
  [ulaw]: bits => (bits === 8 ? 'ulaw' : undefined),
}

const pcmOfBytes: readonly WavEncoding[] = ['pcm8', 'pcm16', 'pcm24', 'pcm32']

function requireRate(rate: number): void {
  if (rate >= resampleRates.min && rate <= resampleRates.max) return
  throw new WavError(
    'rate_out_of_range',
    `The WAV has ${rate} Hz; ${resampleRates.min}–${resampleRates.max} Hz are read.`,
  )
}
