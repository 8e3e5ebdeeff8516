/** How one sample of a WAV is stored, and how it becomes PCM16: higher resolutions are rounded and saturated. */
import { decodeAlaw, decodeUlaw } from '../g711.js'

export type WavEncoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64' | 'ulaw' | 'alaw'

/** Bytes of one sample of one channel. */
export const sampleBytes: Readonly<Record<WavEncoding, number>> = {
  pcm8: 1,
  pcm16: 2,
  pcm24: 3,
  pcm32: 4,
  float32: 4,
  float64: 8,
  ulaw: 1,
  alaw: 1,
}

/** Reads the sample that begins at a byte as a PCM16 value, not yet rounded or saturated. */
type ReadSample = (data: DataView, at: number) => number

const readers: Readonly<Record<WavEncoding, ReadSample>> = {
  pcm8: (data, at) => (data.getUint8(at) - 128) * 256,
  pcm16: (data, at) => data.getInt16(at, true),
  pcm24: (data, at) => (data.getInt16(at + 1, true) * 256 + data.getUint8(at)) / 256,
  pcm32: (data, at) => data.getInt32(at, true) / 65_536,
  float32: (data, at) => data.getFloat32(at, true) * 32_768,
  float64: (data, at) => data.getFloat64(at, true) * 32_768,
  ulaw: tableReader(decodeUlaw),
  alaw: tableReader(decodeAlaw),
}

function tableReader(decode: (bytes: Uint8Array) => Int16Array): ReadSample {
  const table = decode(Uint8Array.from({ length: 256 }, (_, code) => code))
  return (data, at) => table[data.getUint8(at)] as number
}

/** One channel of interleaved `data`: `frames` samples, the first at byte `from`, then every `stride` bytes. */
export function readChannel(
  data: DataView,
  encoding: WavEncoding,
  layout: { readonly from: number; readonly stride: number; readonly frames: number },
): Int16Array {
  const read = readers[encoding]
  const samples = new Int16Array(layout.frames)
  for (let i = 0; i < layout.frames; i++) samples[i] = toPcm16(read(data, layout.from + i * layout.stride))
  return samples
}

/** Rounds and saturates; what is not a number becomes silence. */
export function toPcm16(value: number): number {
  return Math.round(Math.min(32_767, Math.max(-32_768, value))) || 0
}
