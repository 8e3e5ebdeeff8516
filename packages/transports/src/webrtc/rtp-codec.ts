/** The codecs of a call, each as one pair of functions over RTP payloads: Opus (RFC 7587), PCMU and PCMA (RFC 3551). */
import {
  decodeAlaw,
  decodeUlaw,
  encodeAlaw,
  encodeUlaw,
  type Opus,
  type OpusDecoder,
  type OpusEncoder,
  type OpusRate,
} from '@parley/audio'

export type RtpCodecName = 'opus' | 'PCMU' | 'PCMA'

export interface RtpDecoder {
  /** Hz of the decoded sound. */
  readonly rate: number
  /** Units of the RTP timestamp per second. */
  readonly clockRate: number
  /** Throws for what is no payload of this codec; the decoder is unharmed. The samples are valid until the next call. */
  decode(payload: Uint8Array): Int16Array
  /** Sound in the place of a lost packet of so many samples. */
  conceal(samples: number): Int16Array
  /** As `conceal`, from the copy in the packet behind it where the sender made one. */
  recover(following: Uint8Array, samples: number): Int16Array
  /** Whether the sender says with this payload that it goes silent (DTX). */
  isSilence(payload: Uint8Array): boolean
  close(): void
}

export interface RtpEncoder {
  /** Hz of the sound it takes. */
  readonly rate: number
  readonly clockRate: number
  /** How much later the far end has the sound for the codec's sake, ms. */
  readonly lookaheadMs: number
  /** Samples of one packet of 20 ms. */
  readonly frameSamples: number
  /** The payload of exactly one frame, valid until the next call. */
  encode(samples: Int16Array): Uint8Array
  close(): void
}

export interface OpusVoice {
  /** Bits per second. */
  readonly bitrate: number
  /** Loss to be ready for, 0–100; over 0 each packet repeats the one before it coarsely, for three times the work. */
  readonly lossPercent: number
}

const PACKET_MS = 20
const OPUS_CLOCK = 48_000
const G711_RATE = 8_000

/** Decodes straight at `rate`; stereo is mixed to mono. */
export async function openOpusDecoder(opus: Opus, rate: OpusRate): Promise<RtpDecoder> {
  const decoder: OpusDecoder = await opus.decoder({ sampleRate: rate })
  return {
    rate,
    clockRate: OPUS_CLOCK,
    decode: payload => decoder.decode(payload),
    conceal: samples => decoder.conceal(samples),
    recover: (following, samples) => decoder.recover(following, samples),
    // A frame of a header alone, or of a header and one byte, is one that was not transmitted (RFC 6716, 2.1.9).
    isSilence: payload => payload.length <= 2,
    close: () => decoder.close(),
  }
}

export async function openOpusEncoder(opus: Opus, rate: OpusRate, voice: OpusVoice): Promise<RtpEncoder> {
  const { bitrate, lossPercent } = voice
  const encoder: OpusEncoder = await opus.encoder({
    sampleRate: rate,
    frameMs: PACKET_MS,
    bitrate,
    ...(lossPercent > 0 ? { fec: true, packetLossPercent: lossPercent } : {}),
  })
  return {
    rate,
    clockRate: OPUS_CLOCK,
    lookaheadMs: encoder.lookaheadMs,
    frameSamples: encoder.frameSamples,
    encode: samples => encoder.encode(samples),
    close: () => encoder.close(),
  }
}

/** A lost packet of G.711 is silence: there is no model of the voice to go on with. */
export function openG711Decoder(name: 'PCMU' | 'PCMA'): RtpDecoder {
  const expand = name === 'PCMU' ? decodeUlaw : decodeAlaw
  let samples = new Int16Array(G711_RATE / 50)
  const room = (count: number) => {
    if (samples.length !== count) samples = new Int16Array(count)
    return samples
  }
  return {
    rate: G711_RATE,
    clockRate: G711_RATE,
    decode: payload => expand(payload, room(payload.length)),
    conceal: count => room(count).fill(0),
    recover: (_, count) => room(count).fill(0),
    isSilence: () => false,
    close() {},
  }
}

export function openG711Encoder(name: 'PCMU' | 'PCMA'): RtpEncoder {
  const compress = name === 'PCMU' ? encodeUlaw : encodeAlaw
  const frameSamples = (G711_RATE * PACKET_MS) / 1000
  const payload = new Uint8Array(frameSamples)
  return {
    rate: G711_RATE,
    clockRate: G711_RATE,
    lookaheadMs: 0,
    frameSamples,
    encode: samples => compress(samples, payload),
    close() {},
  }
}
