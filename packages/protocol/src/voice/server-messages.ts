import { z } from 'zod'
import { audioFormatSchema, heardSchema } from './shared.js'

/**
 * What the gateway sends as text. Binary messages are audio of the reply named by the last `audio-begin`, in the
 * announced output format.
 */

const atMs = z.number().meta({ description: 'Milliseconds since the session began.' })
const turn = z.string()
const reply = z.string()

export const readySchema = z.object({
  type: z.literal('ready'),
  version: z.literal(1),
  session: z.string(),
  resumeToken: z.string(),
  resumed: z.boolean(),
  agent: z.string(),
  language: z.string(),
  input: audioFormatSchema,
  output: audioFormatSchema,
  recogniser: z
    .string()
    .nullable()
    .meta({ description: 'Null where the gateway cannot hear words: type, or recognise in the client.' }),
  voice: z.string().nullable(),
})

export const ledgerSchema = z.object({
  totalMs: z.number(),
  unattributedMs: z.number(),
  heardSource: z.enum(['reported', 'estimated']),
  stages: z.array(z.object({ stage: z.string(), startMs: z.number(), durationMs: z.number() })),
})

export const serverMessageSchema = z.discriminatedUnion('type', [
  readySchema,
  z.object({ type: z.literal('pong'), id: z.int() }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    message: z.string(),
    fatal: z.boolean().meta({ description: 'Whether the socket closes after this.' }),
    retryAfterMs: z.number().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({
    type: z.literal('audio-begin'),
    reply,
    fromMs: z.number().meta({ description: 'Place in the reply of the next audio; above 0 after a resume.' }),
  }),
  z
    .object({ type: z.literal('clear'), reply })
    .meta({ description: 'Throw away what is buffered of this reply, then send a last `played`.' }),
  z
    .object({ type: z.literal('duck'), on: z.boolean() })
    .meta({ description: 'Lower, or restore, what is buffered.' }),
  z
    .object({ type: z.literal('interrupted'), heard: heardSchema.nullable() })
    .meta({ description: 'Answer to `interrupt`.' }),
  z.object({ type: z.literal('draining'), resumeToken: z.string(), deadlineMs: z.number() }),
  z.object({ type: z.literal('session-started'), atMs, session: z.string(), language: z.string() }),
  z.object({
    type: z.literal('floor-changed'),
    atMs,
    floor: z.enum(['open', 'user', 'pause', 'thinking', 'agent', 'overlap']),
  }),
  z.object({ type: z.literal('speech-started'), atMs, turn, mediaMs: z.number() }),
  z.object({ type: z.literal('speech-ended'), atMs, turn, mediaMs: z.number() }),
  z.object({ type: z.literal('transcript-partial'), atMs, turn, text: z.string() }),
  z.object({
    type: z.literal('transcript-final'),
    atMs,
    turn,
    text: z.string(),
    origin: z.enum(['speech', 'text']),
    startMs: z.number(),
    endMs: z.number(),
  }),
  z.object({ type: z.literal('turn-committed'), atMs, turn }),
  z.object({ type: z.literal('reply-started'), atMs, turn, reply }),
  z.object({ type: z.literal('reply-words'), atMs, reply, text: z.string(), untilMs: z.number() }),
  z.object({ type: z.literal('reply-sent'), atMs, reply, totalMs: z.number() }),
  z.object({
    type: z.literal('reply-ended'),
    atMs,
    turn,
    reply,
    said: z.string(),
    heard: heardSchema,
    interrupted: z.boolean(),
  }),
  z.object({ type: z.literal('ducked'), atMs, reply }),
  z.object({ type: z.literal('resumed'), atMs, reply }),
  z.object({ type: z.literal('ledger'), atMs, turn, reply, ledger: ledgerSchema }),
  z.object({ type: z.literal('note'), atMs, data: z.unknown() }),
  z.object({ type: z.literal('warning'), atMs, code: z.string(), message: z.string() }),
  z.object({ type: z.literal('session-ended'), atMs, reason: z.string() }),
])

export type Ready = z.infer<typeof readySchema>
export type ServerMessage = z.infer<typeof serverMessageSchema>
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>
