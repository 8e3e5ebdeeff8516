/** The parts of WebCodecs that are used, and whether this browser has Opus among them. */

export interface WebCodecs {
  readonly AudioEncoder: typeof AudioEncoder
  readonly AudioDecoder: typeof AudioDecoder
  readonly AudioData: typeof AudioData
  readonly EncodedAudioChunk: typeof EncodedAudioChunk
}

/** What browsers decode Opus to, Hz: the rate of a player for it. */
export const OPUS_OUTPUT_RATE = 48_000

/** Only for the question whether there is Opus; the gateway's `ready` then says what is wanted. */
const USUAL = { sampleRate: 48_000, packetMs: 20, bitrate: 16_000 }

export interface OpusManner {
  readonly sampleRate: number
  readonly packetMs: number
  /** Bits per second. */
  readonly bitrate: number
}

/** Undefined where there is none: no browser, an old one, or a page that is not secure. */
export function browserWebCodecs(): WebCodecs | undefined {
  const { AudioEncoder, AudioDecoder, AudioData, EncodedAudioChunk } = globalThis as Partial<WebCodecs>
  return AudioEncoder && AudioDecoder && AudioData && EncodedAudioChunk
    ? { AudioEncoder, AudioDecoder, AudioData, EncodedAudioChunk }
    : undefined
}

/** Whether Opus can be both made and played here. Never rejects. */
export async function supportsOpus(webCodecs = browserWebCodecs()): Promise<boolean> {
  if (webCodecs === undefined) return false
  try {
    const [made, played] = await Promise.all([
      webCodecs.AudioEncoder.isConfigSupported(encoderConfig(USUAL)),
      webCodecs.AudioDecoder.isConfigSupported(decoderConfig),
    ])
    return made.supported === true && played.supported === true
  } catch {
    // A browser that does not know Opus may throw instead of answering.
    return false
  }
}

/**
 * `lowdelay` is 4 ms sooner than `voip`, and the embedded recogniser rejects fewer words of it at 16 kbit/s. Members
 * that a browser does not know it passes over: WebCodecs, Opus registration, OpusEncoderConfig.
 */
export function encoderConfig({ sampleRate, packetMs, bitrate }: OpusManner): AudioEncoderConfig {
  const opus = { frameDuration: packetMs * 1000, application: 'lowdelay' }
  return { codec: 'opus', sampleRate, numberOfChannels: 1, bitrate, opus }
}

/** Without a `description` packets are raw and nothing is cut off their start. */
export const decoderConfig: AudioDecoderConfig = {
  codec: 'opus',
  sampleRate: OPUS_OUTPUT_RATE,
  numberOfChannels: 1,
}
