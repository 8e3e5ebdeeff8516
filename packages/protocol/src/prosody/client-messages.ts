/**
 * What a client of `/prosody` sends as text. Binary messages are sound. Nothing must come first: a client that knows
 * none of this streams PCM16 and reads frames.
 */
import { z } from 'zod'

export const prosodyEncodings = ['pcm16', 'float32', 'mulaw'] as const
export type ProsodyEncoding = (typeof prosodyEncodings)[number]

/** Most frames of one message. */
export const MAX_PROSODY_BATCH = 100

/** Of the stream of sound; also query parameters of the address. What is left out stays as it is. */
const configFields = {
  sampleRate: z.int().min(8_000).max(48_000).optional().meta({
    description: 'Hz of the sound. Frame and hop keep their length in time unless they are given, too.',
  }),
  frameSize: z
    .int()
    .min(160)
    .max(6_144)
    .optional()
    .meta({ description: 'Samples a frame looks at: 20–128 ms of them.' }),
  hopSize: z
    .int()
    .min(40)
    .max(6_144)
    .optional()
    .meta({ description: 'Samples from frame to frame: 5 ms up to a frame.' }),
  encoding: z.enum(prosodyEncodings).optional().meta({
    description: 'Of the samples, mono, little-endian: `pcm16`, `float32` of full scale 1, or `mulaw`.',
  }),
  batch: z.int().min(1).max(MAX_PROSODY_BATCH).optional().meta({ description: 'Frames in one message.' }),
  batchMs: z
    .number()
    .min(0)
    .max(3_200)
    .optional()
    .meta({ description: 'The same as a time, in the place of `batch`; rounded to whole frames.' }),
  output: z
    .enum(['json', 'binary'])
    .optional()
    .meta({ description: 'How frames come: as JSON, or as Float32 (see docs/prosody.md).' }),
  manner: z
    .enum(['fast', 'accurate'])
    .optional()
    .meta({ description: '`accurate` looks twice as often and costs twice as much.' }),
}

export const prosodyConfigSchema = z.object({ type: z.literal('config'), ...configFields }).meta({
  title: 'Configure',
  description: 'How sound comes and frames go. The stream begins anew. Answered by `configured`.',
  examples: [
    { type: 'config', sampleRate: 48_000, encoding: 'float32', hopSize: 480 },
    { type: 'config', batchMs: 100, output: 'binary' },
  ],
})

export type ProsodyConfig = Omit<z.infer<typeof prosodyConfigSchema>, 'type'>

const number = z.coerce.number()
/** The same fields as text, as an address has them; others in the address are not ours. */
export const prosodyQuerySchema = z.object({
  ...configFields,
  sampleRate: number.pipe(configFields.sampleRate.unwrap()).optional(),
  frameSize: number.pipe(configFields.frameSize.unwrap()).optional(),
  hopSize: number.pipe(configFields.hopSize.unwrap()).optional(),
  batch: number.pipe(configFields.batch.unwrap()).optional(),
  batchMs: number.pipe(configFields.batchMs.unwrap()).optional(),
})

export const prosodyQueryNames: readonly string[] = Object.keys(configFields)

const session = z.string().min(1).max(100).meta({ description: 'Id of a live session.' })

export const prosodyClientMessageSchema = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('audio'), data: z.string().meta({ description: 'Base64 of the samples.' }) })
    .meta({
      title: 'Audio',
      description: 'Sound, as a binary message is. `{"audio":"…"}` without a type is understood, too.',
      examples: [{ type: 'audio', data: 'AAABAAIAAwA=' }],
    }),
  prosodyConfigSchema,
  z.object({ type: z.literal('end') }).meta({
    title: 'End',
    description:
      'No more sound will come of this: what is held is told, then `ended`. The stream begins anew.',
    examples: [{ type: 'end' }],
  }),
  z.object({ type: z.literal('reset') }).meta({
    title: 'Reset',
    description:
      'Another speaker: what is held is forgotten and the stream begins anew. Answered by `reset`.',
    examples: [{ type: 'reset' }],
  }),
  z
    .object({
      type: z.literal('ping'),
      id: z.union([z.number(), z.string().max(100)]).optional(),
    })
    .meta({
      title: 'Ping',
      description: 'Answered by `pong` with the same id.',
      examples: [{ type: 'ping', id: 1 }],
    }),
  z
    .object({
      type: z.literal('subscribe'),
      session,
      sides: z
        .array(z.enum(['user', 'agent']))
        .min(1)
        .max(2)
        .optional()
        .meta({ description: 'Default both.' }),
      hopMs: z.number().min(16).max(100).optional().meta({ description: 'Time between frames; default 32.' }),
      visemes: z
        .boolean()
        .optional()
        .meta({ description: 'Whether the agent’s mouth is told, where it is followed; default true.' }),
    })
    .meta({
      title: 'Subscribe',
      description:
        'Follow the two sides of a live conversation. Answered by `subscribed`, or `error`. A second one for the same session takes the place of the first.',
      examples: [{ type: 'subscribe', session: 'ses_5kq1', sides: ['agent'], hopMs: 32, visemes: true }],
    }),
  z.object({ type: z.literal('unsubscribe'), session }).meta({
    title: 'Unsubscribe',
    description: 'Answered by `unsubscribed`, also where nothing was followed.',
    examples: [{ type: 'unsubscribe', session: 'ses_5kq1' }],
  }),
])

export type ProsodyClientMessage = z.infer<typeof prosodyClientMessageSchema>
export type ProsodySubscribe = Extract<ProsodyClientMessage, { type: 'subscribe' }>
