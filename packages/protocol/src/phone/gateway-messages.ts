/** What this gateway sends over a phone carrier's media stream. */
import { z } from 'zod'

const streamSid = z.string().min(1).max(100)

const mediaSchema = z.strictObject({
  event: z.literal('media'),
  streamSid,
  media: z.strictObject({ payload: z.base64().min(1).meta({ description: 'µ-law, 8 kHz, no header.' }) }),
})

/** Comes back once all sound before it has been played, or at once after a `clear`. */
const markSchema = z.strictObject({
  event: z.literal('mark'),
  streamSid,
  mark: z.strictObject({ name: z.string().min(1).max(200) }),
})

/** Throws away what the carrier has buffered, and brings back the marks in it. */
const clearSchema = z.strictObject({ event: z.literal('clear'), streamSid })

export const phoneGatewayMessageSchema = z.discriminatedUnion('event', [mediaSchema, markSchema, clearSchema])

export type PhoneGatewayMessage = z.infer<typeof phoneGatewayMessageSchema>
