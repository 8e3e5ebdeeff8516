/**
 * Opus packets (RFC 6716) to and from mono PCM16, on libopus compiled to WebAssembly.
 *
 * Raw packets only: no Ogg, no RTP. Making a codec is asynchronous because the library's factories are; `encode`,
 * `decode` and `conceal` are synchronous. Why which mode is the default: docs/decisions/0005-opus-mode.md.
 */
import {
  Application,
  createDecoder,
  createEncoder,
  isOpusError,
  loadLibopus,
  type OpusDecoderHandle,
  type SampleRate,
  Signal,
} from 'libopus-wasm'

/** Rates the codec works at, in Hz. A packet may be decoded at any of them, whatever rate it was made at. */
export type OpusRate = SampleRate

export interface OpusEncoderOptions {
  readonly sampleRate: OpusRate
  /** Bits per second, 6000–128000. Default 32000. */
  readonly bitrate?: number
  /** Duration of every frame given to `encode`: 2.5, 5, 10, 20, 40 or 60. Default 20. */
  readonly frameMs?: number
  /** 0 (fast) to 10. Default 5. */
  readonly complexity?: number
  /**
   * `low-delay`: 2.5 ms of look-ahead and a third of the work, no FEC. `voip`: 6.5 ms, better below 24 kbit/s.
   * Default: `voip` if `fec` or `dtx` is on or `bitrate` is under 24000, else `low-delay`.
   */
  readonly mode?: 'low-delay' | 'voip'
  /** Send next to nothing in silence (packets of 1–2 bytes, which need not be sent). Default false. */
  readonly dtx?: boolean
  /** Repeat each frame coarsely in the next packet. Takes effect with `packetLossPercent`. Default false. */
  readonly fec?: boolean
  /** Loss to expect, 0–100. Default 0. */
  readonly packetLossPercent?: number
}

export interface OpusEncoder {
  /** Samples that `encode` takes. */
  readonly frameSamples: number
  /** How much later the decoded sound is than the sound that was encoded, in ms. */
  readonly lookaheadMs: number
  /** Encodes exactly one frame; the packet is the caller's to keep. @throws RangeError for another length. */
  encode(samples: Int16Array): Uint8Array
  /** Frees the codec; calling it twice is fine. `encode` throws afterwards. */
  close(): void
}

export interface OpusDecoderOptions {
  /** Rate of the decoded sound. 16000 costs less than decoding at 48000 and resampling. */
  readonly sampleRate: OpusRate
}

export interface OpusDecoder {
  /**
   * Decodes one packet of 2.5–120 ms (stereo is mixed to mono); the samples are the caller's to keep.
   * @throws OpusPacketError for what is no Opus packet; the decoder goes on with the next one as if the bad one
   * had never come.
   */
  decode(packet: Uint8Array): Int16Array
  /**
   * Makes up for a lost packet: `samplesPerFrame` samples that fade from what came before; a multiple of 2.5 ms
   * up to 120 ms, else `RangeError`.
   */
  conceal(samplesPerFrame: number): Int16Array
  /** Decodes the coarse copy of the lost frame before `next`, if it has one (see `fec`), else conceals. */
  recover(next: Uint8Array, samplesPerFrame: number): Int16Array
  /** Frees the codec; calling it twice is fine. `decode` throws afterwards. */
  close(): void
}

export interface Opus {
  /** Version of libopus, e.g. `libopus 1.6.1`. */
  readonly version: string
  /** @throws RangeError (as a rejection) for an option out of range. */
  encoder(options: OpusEncoderOptions): Promise<OpusEncoder>
  /** @throws RangeError (as a rejection) for a rate the codec does not have. */
  decoder(options: OpusDecoderOptions): Promise<OpusDecoder>
}

/** What was wrong with a packet. */
export type OpusPacketFault = 'empty' | 'too_large' | 'malformed'

/** A packet that cannot be decoded; the decoder is unharmed. */
export class OpusPacketError extends Error {
  readonly code: OpusPacketFault

  constructor(code: OpusPacketFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'OpusPacketError'
    this.code = code
  }
}

/** Loads the codec. The module is shared by all codecs of a process or page. */
export async function loadOpus(): Promise<Opus> {
  const { version } = await loadLibopus()
  return { version, encoder: makeEncoder, decoder: makeDecoder }
}

const leastVoipBitrate = 24_000

async function makeEncoder(options: OpusEncoderOptions): Promise<OpusEncoder> {
  const { sampleRate, bitrate = 32_000, frameMs = 20, complexity = 5 } = options
  const { dtx = false, fec = false, packetLossPercent = 0 } = options
  if (!(bitrate >= 6_000 && bitrate <= 128_000)) {
    throw new RangeError(`bitrate is ${bitrate} bit/s; give 6000–128000.`)
  }
  const mode = options.mode ?? (fec || dtx || bitrate < leastVoipBitrate ? 'voip' : 'low-delay')
  const handle = await createEncoder({
    sampleRate,
    channels: 1,
    application: mode === 'voip' ? Application.Voip : Application.RestrictedLowDelay,
    signal: mode === 'voip' ? Signal.Voice : Signal.Auto,
    frameSize: (frameMs * sampleRate) / 1000,
    bitrate,
    complexity,
    dtx,
    fec,
    packetLossPercent,
  })
  return {
    frameSamples: handle.frameSize,
    lookaheadMs: (handle.getLookahead() * 1000) / sampleRate,
    encode: samples => handle.encode(samples),
    close: () => handle.free(),
  }
}

async function makeDecoder({ sampleRate }: OpusDecoderOptions): Promise<OpusDecoder> {
  const handle = await createDecoder({ sampleRate, channels: 1 })
  return {
    decode: packet => decodePacket(handle, packet),
    conceal: samplesPerFrame => handle.decodePacketLoss(samplesPerFrame),
    recover: (next, samplesPerFrame) => decodePacket(handle, next, samplesPerFrame),
    close: () => handle.free(),
  }
}

/** 48 frames of 2.5 ms, 1275 bytes each, and their lengths: nothing longer is a packet (RFC 6716, 3.2.5). */
const largestPacketBytes = 48 * (1_275 + 2) + 2

function decodePacket(handle: OpusDecoderHandle, packet: Uint8Array, lostSamples?: number): Int16Array {
  if (packet.length === 0) {
    throw new OpusPacketError('empty', 'The Opus packet is empty; call conceal for a lost packet.')
  }
  if (packet.length > largestPacketBytes) {
    throw new OpusPacketError(
      'too_large',
      `The Opus packet has ${packet.length} bytes; none is longer than ${largestPacketBytes}. Send one packet at a time.`,
    )
  }
  try {
    return lostSamples === undefined
      ? handle.decode(packet)
      : handle.decode(packet, { decodeFec: true, frameSize: lostSamples })
  } catch (thrown) {
    if (!isOpusError(thrown)) throw thrown
    throw new OpusPacketError(
      'malformed',
      'The bytes are no Opus packet; send raw packets, without Ogg or RTP around them.',
      thrown,
    )
  }
}
