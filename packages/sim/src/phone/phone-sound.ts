/** Bytes of a media stream to samples and back, in its format; PCM16 is little-endian. */
import { decodeUlaw, encodeUlaw } from '@parley/audio'

export interface PhoneSoundFormat {
  readonly encoding: 'mulaw' | 'l16'
  /** Hz: 8000 for µ-law, else 8000, 16000 or 24000. */
  readonly sampleRate: number
}

export const mulawSound: PhoneSoundFormat = { encoding: 'mulaw', sampleRate: 8_000 }

export function bytesPerSample({ encoding }: PhoneSoundFormat): 1 | 2 {
  return encoding === 'mulaw' ? 1 : 2
}

export function encodeSound({ encoding }: PhoneSoundFormat, samples: Int16Array): string {
  if (encoding === 'mulaw') return Buffer.from(encodeUlaw(samples)).toString('base64')
  const bytes = Buffer.alloc(samples.length * 2)
  for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, index * 2)
  return bytes.toString('base64')
}

/** `bytes` into `out`; half a sample at the end is left out. */
export function decodeSound({ encoding }: PhoneSoundFormat, bytes: Uint8Array, out: Int16Array): void {
  if (encoding === 'mulaw') return void decodeUlaw(bytes, out)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length >> 1; at++) out[at] = view.getInt16(at * 2, true)
}
