/** Sound as bytes in the forms that are served: raw PCM16, WAV, Ogg/Opus. */

import { createOggOpusWriter, encodeWavData, type Opus, type OpusRate, wavHeader } from '@parley/audio'

export const soundForms = ['wav', 'ogg', 'pcm'] as const

export type SoundForm = (typeof soundForms)[number]

/** Rates that all forms have, Hz. */
export const speechRates = [8_000, 12_000, 16_000, 24_000, 48_000] as const satisfies readonly OpusRate[]

export type SpeechRate = (typeof speechRates)[number]

export interface SoundCoder {
  readonly contentType: string
  /** To be sent first. `samples` in all, where they are known. */
  head(samples?: number): Uint8Array
  add(samples: Int16Array): Uint8Array
  /** The rest. */
  end(): Uint8Array
  /** Frees what it holds; calling it twice is fine. */
  close(): void
}

export interface CoderOptions {
  readonly form: SoundForm
  readonly sampleRate: SpeechRate
  readonly opus: Opus
  /** 0 ≤ x < 1, for the number of an Ogg stream. */
  readonly random: () => number
}

const none = new Uint8Array(0)
/** Speech at 16 kHz is transparent to most ears with this, in bits per second. */
const BITRATE = 32_000

export async function createSoundCoder({
  form,
  sampleRate,
  opus,
  random,
}: CoderOptions): Promise<SoundCoder> {
  if (form === 'ogg') {
    const encoder = await opus.encoder({ sampleRate, bitrate: BITRATE, mode: 'voip' })
    const writer = createOggOpusWriter({ encoder, sampleRate, serial: Math.floor(random() * 2 ** 32) })
    return {
      contentType: 'audio/ogg; codecs=opus',
      head: () => writer.head(),
      add: samples => writer.write(samples),
      end: () => writer.end(),
      close: () => encoder.close(),
    }
  }
  const plain = { add: pcmBytes, end: () => none, close() {} }
  if (form === 'pcm')
    return { contentType: `audio/pcm; rate=${sampleRate}; channels=1`, head: () => none, ...plain }
  return {
    contentType: 'audio/wav',
    head: samples =>
      wavHeader({ sampleRate, channels: 1, ...(samples === undefined ? {} : { dataBytes: samples * 2 }) }),
    ...plain,
  }
}

/** PCM16, little-endian. */
export function pcmBytes(samples: Int16Array): Uint8Array {
  return encodeWavData(samples, 'pcm16')
}
