/** How a voice socket speaks Opus where the far end does not say: its rate, and what the gateway's encoder makes. */
import type { OpusRate } from '@parley/audio'
import { type AudioFormat, VOICE_OPUS_PACKET_MS, type WantedFormat } from '@parley/protocol'

export interface OpusManner {
  /** Of a direction whose rate the far end leaves open, Hz. */
  readonly sampleRate: OpusRate
  /** Length of the packets the gateway makes, ms: 5, 10, 20, 40 or 60. */
  readonly packetMs: number
  /** Of the gateway's encoder, bits per second, 6000–128000. */
  readonly bitrate: number
}

export const defaultOpusManner: OpusManner = {
  sampleRate: 48_000,
  packetMs: VOICE_OPUS_PACKET_MS,
  bitrate: 32_000,
}

export function agreedFormat({ codec, sampleRate }: WantedFormat, manner: OpusManner): AudioFormat {
  return { codec, sampleRate: sampleRate ?? manner.sampleRate }
}
