/** What both directions of `/v1/voice` share: version, limits, formats. */
import { z } from 'zod'

/** Version of the voice socket protocol. A change that breaks a client raises it. */
export const VOICE_PROTOCOL_VERSION = 1

/** Longest message either way, in bytes; 1 s of PCM16 at 48 kHz is 96,000. */
export const VOICE_MAX_MESSAGE_BYTES = 131_072

/** Rates Opus works at, in Hz. */
export const OPUS_SAMPLE_RATES = [8000, 12000, 16000, 24000, 48000] as const

/** Lengths of the Opus packets a gateway may send, in ms. Clients may send 2.5–60 ms. */
export const VOICE_OPUS_PACKETS_MS = [5, 10, 20, 40, 60] as const

/** The length without a word of the gateway's settings, in ms. */
export const VOICE_OPUS_PACKET_MS = 20

/** What a device may be in a conversation that several stand in. One is the speaker. */
export const DEVICE_ROLES = ['listener', 'controller', 'speaker'] as const
export type DeviceRole = (typeof DEVICE_ROLES)[number]

const codecSchema = z.enum(['pcm16', 'opus']).meta({
  description:
    '`pcm16`: little-endian mono samples, any whole number of them up to 1 s. `opus`: one raw mono packet (no Ogg) of 2.5–60 ms a message.',
})

/** Codec and rate of one direction. */
export const audioFormatSchema = z
  .object({
    codec: codecSchema,
    sampleRate: z
      .int()
      .min(8000)
      .max(48000)
      .meta({ description: 'Hz. Opus takes 8000, 12000, 16000, 24000 or 48000.' }),
  })
  .refine(
    ({ codec, sampleRate }) => codec !== 'opus' || OPUS_SAMPLE_RATES.some(rate => rate === sampleRate),
    {
      error: 'opus takes a sampleRate of 8000, 12000, 16000, 24000 or 48000',
      path: ['sampleRate'],
    },
  )
  .meta({ title: 'Audio format', description: 'Codec and sample rate of one direction; always mono.' })

export type AudioFormat = z.infer<typeof audioFormatSchema>

/** What a client asks for: it may leave the rate of Opus to the gateway, whose `ready` then says it. */
export const wantedFormatSchema = z
  .object({
    codec: codecSchema,
    sampleRate: audioFormatSchema.shape.sampleRate.optional().meta({
      description:
        'Hz; `pcm16` needs it. Opus takes 8000, 12000, 16000, 24000 or 48000, or what the gateway prefers.',
    }),
  })
  .refine(({ codec, sampleRate }) => codec === 'opus' || sampleRate !== undefined, {
    error: 'pcm16 needs a sampleRate of 8000 to 48000',
    path: ['sampleRate'],
  })
  .refine(
    ({ codec, sampleRate }) =>
      codec !== 'opus' || sampleRate === undefined || OPUS_SAMPLE_RATES.some(rate => rate === sampleRate),
    {
      error: 'opus takes a sampleRate of 8000, 12000, 16000, 24000 or 48000',
      path: ['sampleRate'],
    },
  )
  .meta({ title: 'Wanted format', description: 'Codec and sample rate of one direction; always mono.' })

export type WantedFormat = z.infer<typeof wantedFormatSchema>

/** What reached the ear of one reply. */
export const heardSchema = z
  .object({
    reply: z.string().meta({ description: 'Id of the reply.' }),
    ms: z.number().nonnegative().meta({ description: 'Milliseconds of the reply that reached the ear.' }),
    text: z
      .string()
      .meta({ description: 'The words heard to their end; a word cut in the middle is not among them.' }),
    complete: z.boolean().meta({ description: 'Whether the whole reply was heard.' }),
    source: z
      .enum(['reported', 'estimated'])
      .meta({ description: '`reported` by `played` messages, or `estimated` from what was sent and when.' }),
    errorMs: z.number().nonnegative().meta({ description: 'How far `ms` may be off, in ms.' }),
  })
  .meta({ title: 'Heard', description: 'What reached the ear of one reply.' })
