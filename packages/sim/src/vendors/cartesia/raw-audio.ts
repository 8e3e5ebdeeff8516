import { encodeWavData, type WavWriteEncoding } from '@parley/audio'

const encodings: Readonly<Record<string, WavWriteEncoding>> = {
  pcm_s16le: 'pcm16',
  pcm_f32le: 'float32',
  pcm_mulaw: 'ulaw',
  pcm_alaw: 'alaw',
}

/** Samples as Cartesia's raw formats name them. */
export function rawAudio(samples: Int16Array, encoding: string): Buffer {
  return Buffer.from(encodeWavData(samples, encodings[encoding] ?? 'pcm16'))
}
