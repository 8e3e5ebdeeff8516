/** The three audio formats of the OpenAI Realtime API. */
import { z } from 'zod'

export const realtimeFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).default(24_000) }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

/** Mono: s16le at 24 kHz, or G.711 at 8 kHz. */
export type RealtimeFormat = z.output<typeof realtimeFormatSchema>

export const realtimePcm = { type: 'audio/pcm', rate: 24_000 } as const satisfies RealtimeFormat

/** Hz. */
export function realtimeRateOf({ type }: RealtimeFormat): 24_000 | 8_000 {
  return type === 'audio/pcm' ? 24_000 : 8_000
}
