import { z } from 'zod'

/** Version of the voice socket protocol. A change that breaks a client raises it. */
export const VOICE_PROTOCOL_VERSION = 1

/** Longest message either way, in bytes: 64 KiB is over 300 ms of PCM16 at 96 kHz. */
export const VOICE_MAX_MESSAGE_BYTES = 65_536

export const audioFormatSchema = z
  .object({
    codec: z.enum(['pcm16', 'opus']).meta({
      description:
        '`pcm16`: little-endian mono samples, any length up to 1 s. `opus`: one raw packet of 2.5–60 ms a message.',
    }),
    sampleRate: z
      .int()
      .min(8000)
      .max(48000)
      .meta({ description: 'Hz. Opus takes 8000, 12000, 16000, 24000 or 48000.' }),
  })
  .refine(
    ({ codec, sampleRate }) => codec !== 'opus' || [8000, 12000, 16000, 24000, 48000].includes(sampleRate),
    {
      error: 'opus takes a sampleRate of 8000, 12000, 16000, 24000 or 48000',
      path: ['sampleRate'],
    },
  )

export type AudioFormat = z.infer<typeof audioFormatSchema>

export const heardSchema = z.object({
  reply: z.string(),
  ms: z.number().nonnegative().meta({ description: 'Milliseconds of the reply that reached the ear.' }),
  text: z.string().meta({ description: 'The words heard to their end.' }),
  complete: z.boolean(),
  source: z.enum(['reported', 'estimated']),
  errorMs: z.number().nonnegative(),
})
