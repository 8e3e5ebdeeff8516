/** The answers and orders of the voice socket itself, whatever is said on it. */
import { z } from 'zod'
import { reply } from './message-fields.js'
import { audioFormatSchema, DEVICE_ROLES, heardSchema } from './shared.js'

export const readySchema = z
  .object({
    type: z.literal('ready'),
    version: z.literal(1).meta({ description: 'Version of this protocol.' }),
    session: z.string().meta({ description: 'Id of the session; stays the same over resumes.' }),
    resumeToken: z.string().meta({
      description:
        'Secret: whoever has it can take the session over. The one of the latest `ready` counts. Empty for a device that joined: it joins again.',
    }),
    device: z.string().optional().meta({ description: 'Id of this device in the conversation.' }),
    role: z.enum(DEVICE_ROLES).optional().meta({ description: 'What this device is; absent: the speaker.' }),
    receivedMs: z.number().optional().meta({
      description:
        'With `resumed`: how much of this client’s sound arrived before, on the line of `mediaMs`. What was sent beyond it may be sent again. Of a device that joined as the speaker: where its sound begins on that line.',
    }),
    resumed: z.boolean().meta({ description: 'Whether an earlier session goes on.' }),
    agent: z.string().meta({ description: 'Name of the agent that answers.' }),
    language: z.string().meta({ description: 'BCP 47 language of the conversation.' }),
    input: audioFormatSchema.meta({ description: 'Format of the audio the client sends, as agreed.' }),
    output: audioFormatSchema.meta({ description: 'Format of the audio the gateway sends.' }),
    opus: z
      .object({
        packetMs: z.number().meta({ description: 'Length of a packet, ms.' }),
        bitrate: z.int().meta({ description: 'Bits per second.' }),
        lookaheadMs: z.number().meta({
          description:
            'How much later the decoded sound is than the sound sent, ms: what to cut off after each `audio-begin`.',
        }),
      })
      .optional()
      .meta({ description: 'Where Opus was agreed: how the gateway sends it, and likes to get it.' }),
    recogniser: z
      .string()
      .nullable()
      .meta({ description: 'Null where the gateway cannot hear words: type, or recognise in the client.' }),
    voice: z
      .string()
      .nullable()
      .meta({ description: 'Name of the voice; null where the gateway cannot speak this language.' }),
  })
  .meta({
    title: 'Ready',
    description: 'The session stands. The first message of the gateway, before anything else of the session.',
    examples: [
      {
        type: 'ready',
        version: 1,
        session: 'ses_5kq1',
        resumeToken: 'tok_b7e2',
        resumed: false,
        agent: 'reception',
        language: 'en',
        input: { codec: 'pcm16', sampleRate: 16000 },
        output: { codec: 'pcm16', sampleRate: 24000 },
        recogniser: 'pocketsphinx',
        voice: 'flite',
      },
    ],
  })

/** The answers and orders of the socket itself. */
export const socketMessages = [
  readySchema,
  z
    .object({
      type: z.literal('encrypted'),
      key: z.string().meta({ description: 'X25519 public key made for this socket, base64url.' }),
      identity: z.string().meta({ description: 'The gateway’s own Ed25519 public key, base64url: pin it.' }),
      signature: z.string().meta({ description: 'Ed25519 signature of the handshake by it, base64url.' }),
    })
    .meta({
      title: 'Encrypted',
      description: 'Answer to `encrypt`. Every message after it, either way, is binary and sealed.',
      examples: [
        {
          type: 'encrypted',
          key: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08',
          identity: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          signature: '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
        },
      ],
    }),
  z
    .object({ type: z.literal('pong'), id: z.int() })
    .meta({ title: 'Pong', description: 'Answer to `ping`.', examples: [{ type: 'pong', id: 1 }] }),
  z
    .object({
      type: z.literal('error'),
      code: z.string().meta({ description: 'Stable; the table is docs/errors.md.' }),
      message: z.string().meta({ description: 'What happened and what to do about it, for people.' }),
      fatal: z.boolean().meta({ description: 'Whether the socket closes after this.' }),
      retryAfterMs: z.number().optional().meta({ description: 'When trying again makes sense.' }),
      details: z.record(z.string(), z.unknown()).optional().meta({ description: 'Facts for the reader.' }),
    })
    .meta({
      title: 'Error',
      description:
        'Something the client sent, or wants, cannot be served. Three bad messages in a row are fatal.',
      examples: [
        {
          type: 'error',
          code: 'bad_message',
          message: '`ms`: Invalid input: expected number, received string',
          fatal: false,
        },
      ],
    }),
  z
    .object({
      type: z.literal('audio-begin'),
      reply,
      fromMs: z.number().meta({
        description: 'Place in the reply of the next audio; above 0 after a resume or a false interruption.',
      }),
    })
    .meta({
      title: 'Audio begin',
      description: 'The binary messages from here on are audio of this reply.',
      examples: [{ type: 'audio-begin', reply: 'rpl_9f2c', fromMs: 0 }],
    }),
  z.object({ type: z.literal('clear'), reply }).meta({
    title: 'Clear',
    description: 'Throw away what is buffered of this reply, then send a last `played`.',
    examples: [{ type: 'clear', reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('duck'),
      on: z.boolean().meta({ description: 'Lower if true, restore if false.' }),
    })
    .meta({
      title: 'Duck',
      description:
        'Lower, or restore, what is buffered now. Audio that follows comes at its right level by itself.',
      examples: [{ type: 'duck', on: true }],
    }),
  z
    .object({
      type: z.literal('interrupted'),
      heard: heardSchema.nullable().meta({ description: 'What was heard; null if nothing was being said.' }),
    })
    .meta({
      title: 'Interrupted',
      description: 'Answer to `interrupt`.',
      examples: [{ type: 'interrupted', heard: null }],
    }),
  z
    .object({
      type: z.literal('draining'),
      resumeToken: z.string().meta({ description: 'Where to go on from, on another node.' }),
      deadlineMs: z
        .number()
        .meta({ description: 'Milliseconds from now until the socket closes with 1012.' }),
    })
    .meta({
      title: 'Draining',
      description: 'This node is leaving: finish, or connect again with the token.',
      examples: [{ type: 'draining', resumeToken: 'tok_b7e2', deadlineMs: 20000 }],
    }),
] as const

export type Ready = z.infer<typeof readySchema>
