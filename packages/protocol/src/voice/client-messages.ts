/**
 * What a client of `/v1/voice` sends as text. Binary messages are audio in the announced input format.
 * `hello` is the first message and comes once; everything else may come in any order after it.
 */
import { z } from 'zod'
import { SEALING_VERSION } from '../sframe/sealing.js'
import { consentSchema, earlyConsentSchema } from './recording-messages.js'
import { DEVICE_ROLES, VOICE_PROTOCOL_VERSION, wantedFormatSchema } from './shared.js'

const prosodyWishSchema = z
  .object({
    hopMs: z
      .number()
      .min(16)
      .max(100)
      .optional()
      .meta({ description: 'Time between frames, ms. Default 32.' }),
    sides: z
      .array(z.enum(['user', 'agent']))
      .min(1)
      .max(2)
      .optional()
      .meta({ description: 'Whose prosody. Default both.' }),
    visemes: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the shapes of the agent’s mouth are told as well. Default true.' }),
  })
  .meta({ title: 'Prosody wish', description: 'What is told of how both sides speak.' })

const joinSchema = z
  .object({
    session: z.string().min(1).max(100).meta({ description: 'Id of the session to stand beside.' }),
    as: z.enum(DEVICE_ROLES).meta({
      description:
        '`listener` hears and reads, `controller` also types and interrupts, `speaker` takes over the microphone.',
    }),
    hears: z.enum(['agent', 'both']).default('agent').meta({
      description: 'What a device that is not the speaker hears: the agent, or both sides mixed.',
    }),
  })
  .meta({
    title: 'Join',
    description: 'Stands beside a conversation that is on, instead of beginning one (docs/devices.md).',
  })

export const helloSchema = z
  .object({
    type: z.literal('hello'),
    version: z
      .literal(VOICE_PROTOCOL_VERSION, {
        error: `this gateway speaks version ${VOICE_PROTOCOL_VERSION} of the protocol`,
      })
      .meta({ description: 'Version of this protocol.' }),
    agent: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'Name of a configured agent; the default one without it.' }),
    language: z
      .string()
      .max(35)
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
      .optional()
      .meta({ description: 'BCP 47, e.g. `en` or `es-MX`; the agent’s own without it.' }),
    input: wantedFormatSchema
      .default({ codec: 'pcm16', sampleRate: 16000 })
      .meta({ description: 'Format of the audio this client sends.' }),
    output: wantedFormatSchema
      .default({ codec: 'pcm16', sampleRate: 24000 })
      .meta({ description: 'Format of the audio this client wants.' }),
    reportsPlayed: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether this client sends `played`; without it what was heard is estimated.' }),
    prosody: prosodyWishSchema.optional().meta({
      description: 'Asks for `prosody`, `visemes`, `utterance` and `cleared`; none of them comes without it.',
    }),
    resume: z.string().max(200).optional().meta({
      description:
        'The resumeToken of a `ready` whose socket was lost. `agent`, `language` and `join` are then ignored.',
    }),
    join: joinSchema.optional(),
    device: z.string().trim().min(1).max(60).optional().meta({
      description: 'What people call this device, for those who see who is there: `Kitchen tablet`.',
    }),
    consent: earlyConsentSchema,
  })
  .meta({
    title: 'Hello',
    description:
      'The first message, within 5 s of the connection. Answered by `ready`, or by a fatal `error`.',
    examples: [
      { type: 'hello', version: 1 },
      {
        type: 'hello',
        version: 1,
        agent: 'reception',
        language: 'es',
        input: { codec: 'opus', sampleRate: 48000 },
        output: { codec: 'opus', sampleRate: 48000 },
        reportsPlayed: true,
        prosody: { hopMs: 32, visemes: true },
      },
    ],
  })

const pingSchema = z
  .object({
    type: z.literal('ping'),
    id: z.int().nonnegative().meta({ description: 'Comes back in the `pong`.' }),
  })
  .meta({
    title: 'Ping',
    description: 'Measures the round trip from where protocol pings cannot be sent.',
    examples: [{ type: 'ping', id: 1 }],
  })

const textSchema = z
  .object({
    type: z.literal('text'),
    text: z.string().trim().min(1).max(4000).meta({ description: 'Surrounding white space is dropped.' }),
  })
  .meta({
    title: 'Text',
    description: 'A typed turn, or the final text of the client’s own recogniser.',
    examples: [{ type: 'text', text: 'What are your opening hours?' }],
  })

const interruptSchema = z.object({ type: z.literal('interrupt') }).meta({
  title: 'Interrupt',
  description: 'The caller takes the floor by command (a button, a key). Answered by `interrupted`.',
  examples: [{ type: 'interrupt' }],
})

const commitSchema = z.object({ type: z.literal('commit') }).meta({
  title: 'Commit',
  description: 'The caller’s turn is over (push to talk).',
  examples: [{ type: 'commit' }],
})

const playedSchema = z
  .object({
    type: z.literal('played'),
    reply: z.string().max(100).meta({ description: 'Id of the reply, from `audio-begin`.' }),
    ms: z.number().nonnegative().max(3_600_000).meta({
      description: 'Place in the reply up to which it was played: `fromMs` plus what was played since.',
    }),
  })
  .meta({
    title: 'Played',
    description:
      'How much of a reply has left the loudspeaker; every 100 ms or so while it plays, and once after `clear`. Unknown or ended replies, and values not above the last one, are ignored.',
    examples: [{ type: 'played', reply: 'rpl_9f2c', ms: 840 }],
  })

const takeOverSchema = z.object({ type: z.literal('take-over') }).meta({
  title: 'Take over',
  description:
    'This device becomes the speaker: its sound is the caller’s from here on, the agent is heard from the first unheard sample. The device that was becomes a controller. Answered by `role`.',
  examples: [{ type: 'take-over' }],
})

const byeSchema = z.object({ type: z.literal('bye') }).meta({
  title: 'Bye',
  description:
    'The speaker ends the session; another device only leaves it. A socket that breaks without it leaves the session waiting for a `resume`.',
  examples: [{ type: 'bye' }],
})

const encryptSchema = z
  .object({
    type: z.literal('encrypt'),
    version: z
      .literal(SEALING_VERSION, { error: `this gateway seals by version ${SEALING_VERSION}` })
      .meta({ description: 'Version of the sealing.' }),
    key: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/)
      .meta({ description: 'X25519 public key made for this socket, base64url.' }),
  })
  .meta({
    title: 'Encrypt',
    description:
      'Before `hello`, if at all: everything after the `encrypted` that answers it is sealed (docs/encryption.md).',
    examples: [{ type: 'encrypt', version: 1, key: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo' }],
  })

export const clientMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  pingSchema,
  textSchema,
  interruptSchema,
  commitSchema,
  playedSchema,
  takeOverSchema,
  consentSchema,
  byeSchema,
  encryptSchema,
])

export type Hello = z.infer<typeof helloSchema>
/** A hello as a client writes it, before defaults. */
export type HelloInput = z.input<typeof helloSchema>
export type ClientMessage = z.infer<typeof clientMessageSchema>
export type ClientMessageInput = z.input<typeof clientMessageSchema>
