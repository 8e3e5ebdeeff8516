/**
 * What a phone carrier sends over its media stream: Twilio Media Streams; SignalWire's dialect of them (no top-level
 * `streamSid`, ids are UUIDs, fewer fields); and Telnyx's (`start` in snake case, an `error` message). Numbers come as text
 * or as numbers; fields that are not named here are dropped, because carriers add some without notice.
 */
import { z } from 'zod'
import { mediaFormatSchema, snakeMediaFormatSchema } from './phone-format.js'

/** Longest message either way, in bytes. */
export const PHONE_MAX_MESSAGE_BYTES = 65_536

/** Rate of a phone line, Hz. */
export const PHONE_SAMPLE_RATE = 8_000

const idSchema = z.string().min(1).max(200)

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

const parametersSchema = z.record(z.string().max(500), z.string().max(8_192))

/** Telnyx takes them as pairs, and does not say how it gives them back. */
const pairsSchema = z
  .array(z.object({ name: z.string().max(500), value: z.string().max(8_192) }))
  .transform(pairs => Object.fromEntries(pairs.map(({ name, value }) => [name, value])))

const startSchema = z
  .object({
    event: z.literal('start'),
    streamSid: idSchema.optional(),
    stream_id: idSchema.optional(),
    start: z.object({
      streamSid: idSchema.optional(),
      callSid: idSchema.optional(),
      accountSid: idSchema.optional(),
      mediaFormat: mediaFormatSchema.optional().meta({ description: 'Without it, µ-law at 8 kHz.' }),
      customParameters: parametersSchema.optional(),
      call_control_id: idSchema.optional(),
      user_id: idSchema.optional(),
      media_format: snakeMediaFormatSchema.optional(),
      custom_parameters: z.union([parametersSchema, pairsSchema]).optional(),
    }),
  })
  .refine(start => streamIdOf(start) !== undefined, {
    error: 'expected an id of the stream',
    path: ['start', 'streamSid'],
  })

const mediaSchema = z.object({
  event: z.literal('media'),
  media: z.object({
    track: z.string().max(20).default('inbound'),
    chunk: countSchema,
    timestamp: countSchema.meta({ description: 'Milliseconds since the stream began.' }),
    payload: z.base64().meta({ description: 'In the format of `start`, without a header.' }),
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

/** Telnyx says what it did not like; the shape is as loose as what is known of it. */
const errorSchema = z.object({
  event: z.literal('error'),
  payload: z
    .object({
      code: z.union([z.string().max(40), z.number()]).optional(),
      title: z.string().max(500).optional(),
      detail: z.string().max(2_000).optional(),
    })
    .optional(),
})

export const phoneCarrierMessageSchema = z.discriminatedUnion('event', [
  connectedSchema,
  startSchema,
  mediaSchema,
  dtmfSchema,
  markSchema,
  stopSchema,
  errorSchema,
])

export type PhoneConnected = z.infer<typeof connectedSchema>
export type PhoneStart = z.infer<typeof startSchema>
export type PhoneMedia = z.infer<typeof mediaSchema>
export type PhoneCarrierError = z.infer<typeof errorSchema>
export type PhoneCarrierMessage = z.infer<typeof phoneCarrierMessageSchema>
/** A message as a carrier writes it, before numbers are read. */
export type PhoneCarrierMessageInput = z.input<typeof phoneCarrierMessageSchema>

interface WithStreamId {
  readonly streamSid?: string | undefined
  readonly stream_id?: string | undefined
  readonly start: { readonly streamSid?: string | undefined }
}

function streamIdOf({ streamSid, stream_id: streamId, start }: WithStreamId): string | undefined {
  return streamSid ?? start.streamSid ?? streamId
}

/** The id of the stream, wherever the carrier put it. */
export function phoneStreamOf(start: PhoneStart): string {
  // The schema has refused a start without any.
  return streamIdOf(start) ?? ''
}
