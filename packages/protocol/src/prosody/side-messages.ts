/**
 * What is told of the two sides of a live conversation: on `/prosody` to whoever subscribed, on `/v1/voice` to a client
 * whose `hello` asked for it. Places in the agent's sound are places in the reply's audio, so that a client that plays
 * it can show them as it is heard; `heardAtMs` is for those that do not.
 */
import { z } from 'zod'
import { prosodyFrameSchema, utteranceProsodySchema, visemeCueSchema } from './prosody-frame.js'

const reply = z.string().meta({ description: 'Id of the reply.' })
const heardAtMs = z.number().meta({
  description:
    'When the first of it is heard (agent) or was spoken (user), ms since the session began, by estimate.',
})

export const sideMessages = [
  z
    .object({
      type: z.literal('prosody'),
      side: z.literal('user'),
      heardAtMs,
      frames: z.array(prosodyFrameSchema).min(1).meta({ description: 'In order, one each `hopMs`.' }),
    })
    .meta({ title: 'Prosody of the caller' }),
  z
    .object({
      type: z.literal('prosody'),
      side: z.literal('agent'),
      reply,
      heardAtMs,
      frames: z
        .array(prosodyFrameSchema)
        .min(1)
        .meta({ description: 'In order; their `atMs` are places in the reply’s audio.' }),
    })
    .meta({ title: 'Prosody of the agent' }),
  z
    .object({
      type: z.literal('utterance'),
      side: z.enum(['user', 'agent']),
      reply: reply.optional(),
      utterance: utteranceProsodySchema,
    })
    .meta({ title: 'Utterance' }),
  z
    .object({
      type: z.literal('visemes'),
      reply,
      heardAtMs,
      source: z.enum(['voice', 'text', 'audio']).meta({
        description: 'What they were taken from: the voice’s own times, its words, or the sound alone.',
      }),
      cues: z.array(visemeCueSchema).min(1),
    })
    .meta({ title: 'Visemes' }),
  z.object({ type: z.literal('cleared'), reply, heardMs: z.number() }).meta({
    title: 'Cleared',
    description: 'What was told of this reply beyond `heardMs` is not heard, or is told again when it is.',
  }),
] as const

export const sideMessageSchema = z.union(sideMessages)

export type SideMessage = z.infer<typeof sideMessageSchema>
