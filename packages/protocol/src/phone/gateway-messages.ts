/** What this gateway sends over a phone carrier's media stream. */
import { z } from 'zod'

const streamSid = z.string().min(1).max(200)

const media = z.strictObject({
  payload: z.base64().min(1).meta({ description: 'In the format of `start`, without a header.' }),
})
const mark = z.strictObject({ name: z.string().min(1).max(200) })

const mediaSchema = z.strictObject({ event: z.literal('media'), streamSid, media })

/** Comes back once all sound before it has been played, or at once after a `clear`. */
const markSchema = z.strictObject({ event: z.literal('mark'), streamSid, mark })

/** Throws away what the carrier has buffered, and brings back the marks in it. */
const clearSchema = z.strictObject({ event: z.literal('clear'), streamSid })

/** A key pressed into the call; SignalWire alone takes it. */
const dtmfSchema = z.strictObject({
  event: z.literal('dtmf'),
  streamSid,
  dtmf: z.strictObject({ digit: z.string().regex(/^[0-9*#A-D]$/) }),
})

/** To Twilio and SignalWire. */
export const phoneGatewayMessageSchema = z.discriminatedUnion('event', [
  mediaSchema,
  markSchema,
  clearSchema,
  dtmfSchema,
])

/** To Telnyx: the same without the id of the stream, and no keys. */
export const telnyxGatewayMessageSchema = z.discriminatedUnion('event', [
  mediaSchema.omit({ streamSid: true }),
  markSchema.omit({ streamSid: true }),
  clearSchema.omit({ streamSid: true }),
])

export type PhoneGatewayMessage = z.infer<typeof phoneGatewayMessageSchema>
export type TelnyxGatewayMessage = z.infer<typeof telnyxGatewayMessageSchema>
