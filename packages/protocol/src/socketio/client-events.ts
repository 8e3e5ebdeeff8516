/**
 * What a client of the Socket.IO edge emits. Each event has one name, the other spellings it is known by, and one schema
 * of its payload; docs/socketio.md is checked against this table. Sound is bytes and is told by size alone.
 */
import { z } from 'zod'
import { helloSchema } from '../voice/client-messages.js'
import { consentSchema } from '../voice/recording-messages.js'
import { VOICE_MAX_MESSAGE_BYTES } from '../voice/shared.js'

const { agent, language, input, output, reportsPlayed, prosody, join, device, consent } = helloSchema.shape

const bytesSchema = z
  .custom<Uint8Array>(value => value instanceof Uint8Array && value.byteLength <= VOICE_MAX_MESSAGE_BYTES, {
    error: `expected binary of at most ${VOICE_MAX_MESSAGE_BYTES} bytes`,
  })
  .meta({ description: 'Sound in the `input` format of the call.' })

/** Nothing, or an object whose fields do not matter. */
const emptySchema = z.object({}).default({})

/** `{text}`, or the bare text as many pages send it. */
const messageSchema = z.preprocess(
  value => (typeof value === 'string' ? { text: value } : value),
  z.object({
    text: z.string().trim().min(1).max(4000).meta({ description: 'Surrounding white space is dropped.' }),
  }),
)

/** The bytes themselves, or an object that holds them. */
const audioSchema = z.preprocess(
  value => (value instanceof Uint8Array ? { audio: value } : value),
  z.object({ audio: bytesSchema }),
)

export const socketioClientEvents = {
  authenticate: {
    aliases: ['auth'],
    schema: z
      .object({
        token: z.string().max(8192).optional(),
        sessionId: z.string().max(100).optional(),
      })
      .default({}),
    description: 'Who is there; also by `handshake.auth`. With `sessionId` an earlier session goes on.',
  },
  'call:start': {
    aliases: ['start-call', 'startCall'],
    schema: z
      .object({ agent, language, input, output, reportsPlayed, prosody, join, device, consent })
      .prefault({}),
    description: 'Begins a conversation, or joins one by `join`. One at a time for each socket.',
  },
  message: {
    aliases: ['text', 'send-message'],
    schema: messageSchema,
    description: 'A typed turn, 1–4000 characters, as `{text}` or as a bare string.',
  },
  'audio:chunk': {
    aliases: ['audio-chunk', 'audio'],
    schema: audioSchema,
    description: 'Sound of the caller, at most 1 s, as bytes or as `{audio}`.',
  },
  'audio:commit': {
    aliases: ['commit'],
    schema: emptySchema,
    description: 'The spoken turn is over (push to talk).',
  },
  'audio:played': {
    aliases: ['played'],
    schema: z.object({ reply: z.string().max(100), ms: z.number().nonnegative().max(3_600_000) }),
    description: 'How much of a reply was played. Optional: without it what was heard is estimated.',
  },
  'barge-in': {
    aliases: ['bargein', 'bargeIn', 'interrupt'],
    schema: emptySchema,
    description: 'The caller takes the floor. Answered by `barge-in:ack`.',
  },
  'call:take-over': {
    aliases: ['take-over', 'takeOver'],
    schema: emptySchema,
    description: 'This device becomes the speaker. Answered by `device:role`.',
  },
  'call:consent': {
    aliases: ['consent'],
    schema: z.object({ granted: consentSchema.shape.granted }),
    description: 'The person says yes or no to being recorded. Answered by `call:recording`.',
  },
  'call:end': {
    aliases: ['end-call', 'endCall'],
    schema: emptySchema,
    description: 'The speaker ends the conversation, another device leaves it; the socket stays.',
  },
  'voice:preload': {
    aliases: ['preload-voice', 'preloadVoiceModel'],
    schema: emptySchema,
    description:
      'Opens the connections to the vendors of speech, so that the first call need not wait for them.',
  },
  status: {
    aliases: ['get-status'],
    schema: emptySchema,
    description: 'Asks how the connection stands; the answer is the acknowledgement.',
  },
  ping: {
    aliases: ['latency'],
    schema: z.unknown(),
    description: 'Measures the round trip. Answered by `pong` with the same payload.',
  },
} as const

export type SocketioClientEvent = keyof typeof socketioClientEvents

/** Payload of an event after its schema. */
export type SocketioPayload<Name extends SocketioClientEvent> = z.output<
  (typeof socketioClientEvents)[Name]['schema']
>

/** What an acknowledgement callback is called with. */
export type SocketioAnswer =
  | { readonly ok: true; readonly [field: string]: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly retryAfterMs?: number }

const names = new Map<string, SocketioClientEvent>(
  (Object.keys(socketioClientEvents) as SocketioClientEvent[]).flatMap(name =>
    [name, ...socketioClientEvents[name].aliases].map(spelling => [spelling, name] as const),
  ),
)

/** The event a spelling stands for; undefined for one that is not known. */
export function socketioEventOf(spelling: string): SocketioClientEvent | undefined {
  return names.get(spelling)
}
