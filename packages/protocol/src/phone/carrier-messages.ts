/**
 * What a phone carrier sends over its media stream: Twilio Media Streams, and SignalWire's dialect of them (no
 * top-level `streamSid`, ids are UUIDs, fewer fields). Numbers come as text or as numbers; fields that are not named
 * here are dropped, because carriers add some without notice.
 */
import { z } from 'zod'

/** Longest message either way, in bytes. */
export const PHONE_MAX_MESSAGE_BYTES = 65_536

/** Rate of a phone line, Hz. */
export const PHONE_SAMPLE_RATE = 8_000

const idSchema = z.string().min(1).max(100)

/** A count, written as text by one carrier and as a number by another. */
const countSchema = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/, 'expected a whole number')
    .transform(Number),
])

const connectedSchema = z.object({
  event: z.literal('connected'),
  protocol: z.string().max(40).optional(),
  version: z.string().max(40).optional(),
})

const mediaFormatSchema = z.object({
  encoding: z.literal('audio/x-mulaw', { error: 'only audio/x-mulaw is spoken here' }),
  sampleRate: z
    .union([z.literal(8000), z.literal('8000').transform(() => 8000 as const)])
    .meta({ description: 'Hz.' }),
  channels: z.union([z.literal(1), z.literal('1').transform(() => 1 as const)]),
})

const startSchema = z
  .object({
    event: z.literal('start'),
    streamSid: idSchema.optional(),
    start: z.object({
      streamSid: idSchema.optional(),
      callSid: idSchema.optional(),
      accountSid: idSchema.optional(),
      mediaFormat: mediaFormatSchema,
      customParameters: z.record(z.string().max(500), z.string().max(8_192)).default({}),
    }),
  })
  .refine(({ streamSid, start }) => (streamSid ?? start.streamSid) !== undefined, {
    error: 'expected an id of the stream',
    path: ['start', 'streamSid'],
  })

const mediaSchema = z.object({
  event: z.literal('media'),
  media: z.object({
    track: z.string().max(20).default('inbound'),
    chunk: countSchema,
    timestamp: countSchema.meta({ description: 'Milliseconds since the stream began.' }),
    payload: z.base64().meta({ description: 'µ-law, 8 kHz, without a header.' }),
  }),
})

const dtmfSchema = z.object({
  event: z.literal('dtmf'),
  dtmf: z.object({ digit: z.string().regex(/^[0-9*#A-D]$/, 'expected one key') }),
})

const markSchema = z.object({
  event: z.literal('mark'),
  mark: z.object({ name: z.string().max(200) }),
})

const stopSchema = z.object({ event: z.literal('stop') })

export const phoneCarrierMessageSchema = z.discriminatedUnion('event', [
  connectedSchema,
  startSchema,
  mediaSchema,
  dtmfSchema,
  markSchema,
  stopSchema,
])

export type PhoneStart = z.infer<typeof startSchema>
export type PhoneMedia = z.infer<typeof mediaSchema>
export type PhoneCarrierMessage = z.infer<typeof phoneCarrierMessageSchema>
/** A message as a carrier writes it, before numbers are read. */
export type PhoneCarrierMessageInput = z.input<typeof phoneCarrierMessageSchema>

/** The id of the stream, wherever the carrier put it. */
export function phoneStreamOf({ streamSid, start }: PhoneStart): string {
  // The schema has refused a start without either.
  return streamSid ?? start.streamSid ?? ''
}
