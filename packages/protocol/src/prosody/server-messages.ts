/**
 * What `/prosody` sends as text. Clients ignore types and fields they do not know. What has a `session` is of a live
 * conversation that was subscribed to; all else is of the sound on this socket.
 */
import { z } from 'zod'
import { prosodyEncodings } from './client-messages.js'
import { prosodyFrameSchema, utteranceProsodySchema } from './prosody-frame.js'
import { sideMessages } from './side-messages.js'

const timestamp = z.number().meta({ description: 'When it was sent, ms since the epoch.' })
const session = z.string().meta({ description: 'Id of the session.' })
const atMs = z.number().meta({ description: 'Ms since the session began.' })
const reply = z.string().meta({ description: 'Id of the reply.' })
const turn = z.string().meta({ description: 'Id of the turn.' })
/** Of the stream: `pitch` is what clients without our names look for. */
export const prosodyStreamFrameSchema = prosodyFrameSchema
  .extend({ pitch: z.number().meta({ description: 'The same as `pitchHz`.' }) })
  .meta({ title: 'Frame of the stream' })
const frame = prosodyStreamFrameSchema

export const PROSODY_GREETING = 'Prosody stream ready'

export const prosodyStreamMessages = [
  z
    .object({ type: z.literal('connected'), timestamp, message: z.literal(PROSODY_GREETING) })
    .meta({ title: 'Connected', description: 'The first message: sound may come.' }),
  z
    .object({
      type: z.literal('configured'),
      sampleRate: z.number(),
      frameSize: z.number(),
      hopSize: z.number(),
      hopMs: z.number(),
      delayMs: z.number().meta({
        description: 'What must have been heard beyond the middle of a frame before it is told, ms.',
      }),
      encoding: z.enum(prosodyEncodings),
      batch: z.number(),
      output: z.enum(['json', 'binary']),
      manner: z.enum(['fast', 'accurate']),
    })
    .meta({ title: 'Configured', description: 'How it is from now on.' }),
  frame
    .extend({ type: z.literal('prosody'), timestamp })
    .meta({ title: 'Prosody', description: 'One frame; one comes each hop.' }),
  z
    .object({ type: z.literal('batch'), timestamp, frames: z.array(frame).min(1) })
    .meta({ title: 'Batch', description: 'Frames in order, where batches were asked for.' }),
  z
    .object({ type: z.literal('utterance'), timestamp, utterance: utteranceProsodySchema })
    .meta({ title: 'Utterance', description: 'Somebody fell silent: how that was said.' }),
  z.object({ type: z.literal('dropped'), frames: z.int().min(1) }).meta({
    title: 'Dropped',
    description: 'So many frames, the oldest, were given up since the client did not read.',
  }),
  z.object({ type: z.literal('ended'), frames: z.int() }).meta({
    title: 'Ended',
    description: 'Everything of the stream was told; `frames` is how many there were.',
  }),
  z.object({ type: z.literal('reset') }).meta({ title: 'Reset', description: 'The stream begins anew.' }),
  z
    .object({ type: z.literal('pong'), timestamp, id: z.union([z.number(), z.string()]).optional() })
    .meta({ title: 'Pong', description: 'The answer to a `ping`.' }),
  z
    .object({ type: z.literal('error'), code: z.string(), message: z.string() })
    .meta({ title: 'Error', description: 'What was wrong. The socket stays unless a close follows.' }),
] as const

/** What a live conversation does beside: no words, only who has the floor. */
export const prosodyConversationMessages = [
  z.object({ type: z.literal('subscribed'), session }).meta({ title: 'Subscribed' }),
  z.object({ type: z.literal('unsubscribed'), session }).meta({ title: 'Unsubscribed' }),
  z
    .object({ type: z.literal('session-ended'), session })
    .meta({ title: 'Session ended', description: 'It is over, or went to another process.' }),
  z.object({ type: z.literal('floor'), session, atMs, floor: z.string() }).meta({ title: 'Floor' }),
  z
    .object({ type: z.literal('speech'), session, atMs, turn, speaking: z.boolean(), mediaMs: z.number() })
    .meta({
      title: 'Speech',
      description: 'The caller began or stopped; `mediaMs` is the place in their sound.',
    }),
  z
    .object({ type: z.literal('turn'), session, atMs, turn, state: z.enum(['committed', 'reopened']) })
    .meta({ title: 'Turn', description: 'What the caller said is taken as complete, or goes on after all.' }),
  z
    .object({
      type: z.literal('reply'),
      session,
      atMs,
      reply,
      state: z.enum(['started', 'sent', 'ended']),
      turn: turn.optional(),
      totalMs: z.number().optional().meta({ description: 'Of `sent`: length of its sound.' }),
      heardMs: z.number().optional().meta({ description: 'Of `ended`: how much reached the ear.' }),
    })
    .meta({ title: 'Reply', description: 'An answer of the agent.' }),
  z
    .object({
      type: z.literal('overlap'),
      session,
      atMs,
      reply,
      state: z.enum(['ducked', 'resumed', 'hold', 'claim', 'pass']).meta({
        description: 'The voice was lowered or raised; or what was made of it: wait, a barge-in, nothing.',
      }),
    })
    .meta({ title: 'Overlap', description: 'The caller speaks into a reply.' }),
  z
    .object({ type: z.literal('interruption'), session, atMs, reply, turn, heardMs: z.number() })
    .meta({ title: 'Interruption', description: 'The reply ended before its end.' }),
] as const

export const prosodyServerMessageSchema = z.union([
  ...prosodyStreamMessages,
  ...prosodyConversationMessages,
  ...sideMessages.map(schema => schema.and(z.object({ session }))),
])

export type ProsodyStreamMessage = z.infer<(typeof prosodyStreamMessages)[number]>
export type ConversationMessage = z.infer<(typeof prosodyConversationMessages)[number]>
export type ProsodyServerMessage = z.infer<typeof prosodyServerMessageSchema>
