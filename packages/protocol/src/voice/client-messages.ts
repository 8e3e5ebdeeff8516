import { z } from 'zod'
import { audioFormatSchema } from './shared.js'

/** What a client of `/v1/voice` sends as text. Binary messages are audio in the announced input format. */

export const helloSchema = z.object({
  type: z.literal('hello'),
  version: z.literal(1),
  agent: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Name of a configured agent; the default one without it.' }),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .optional()
    .meta({ description: 'BCP 47; the agent’s own without it.' }),
  input: audioFormatSchema.default({ codec: 'pcm16', sampleRate: 16000 }),
  output: audioFormatSchema.default({ codec: 'pcm16', sampleRate: 24000 }),
  reportsPlayed: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether this client sends `played`; without it what was heard is estimated.' }),
  resume: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'The resumeToken of a `ready` whose socket was lost.' }),
})

export const clientMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  z.object({ type: z.literal('ping'), id: z.int().nonnegative() }),
  z.object({ type: z.literal('text'), text: z.string().trim().min(1).max(4000) }),
  z.object({ type: z.literal('interrupt') }),
  z.object({ type: z.literal('commit') }).meta({ description: 'The caller’s turn is over (push to talk).' }),
  z.object({
    type: z.literal('played'),
    reply: z.string().max(100),
    ms: z
      .number()
      .nonnegative()
      .max(3_600_000)
      .meta({ description: 'Milliseconds of this reply played so far.' }),
  }),
  z.object({ type: z.literal('bye') }),
])

export type Hello = z.infer<typeof helloSchema>
/** A hello as a client writes it, before defaults. */
export type HelloInput = z.input<typeof helloSchema>
export type ClientMessage = z.infer<typeof clientMessageSchema>
export type ClientMessageInput = z.input<typeof clientMessageSchema>
