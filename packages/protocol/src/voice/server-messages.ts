/**
 * What the gateway sends as text. Binary messages are audio of the reply named by the last `audio-begin`, in the
 * announced output format. Clients ignore types and fields they do not know: new ones may come within a version.
 */
import { z } from 'zod'
import { sideMessages } from '../prosody/side-messages.js'
import { audioFormatSchema, DEVICE_ROLES, heardSchema } from './shared.js'

const atMs = z.number().meta({ description: 'Milliseconds since the session began.' })
const turn = z.string().meta({ description: 'Id of the turn.' })
const reply = z.string().meta({ description: 'Id of the reply.' })
const mediaMs = z.number().meta({
  description: 'Place in the audio received from the client, in ms; gaps in the sending do not count.',
})

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
        'With `resumed`: how much of this client’s sound arrived before, on the line of `mediaMs`. What was sent beyond it may be sent again.',
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

export const decisionSchema = z
  .object({
    by: z.string().meta({ description: 'The model that was asked.' }),
    cause: z.enum(['tool', 'rule', 'delegation']).meta({
      description: 'The fast model asked itself, a rule said so, or the vendor handed it over.',
    }),
    rule: z.string().optional().meta({ description: 'The name of the rule.' }),
    outcome: z
      .enum(['decided', 'late', 'failed'])
      .meta({ description: '`late` and `failed`: the fast model answered without it.' }),
    tookMs: z.number().meta({ description: 'From the question to its answer.' }),
  })
  .meta({ title: 'Decision', description: 'A decision that the fast model left to another.' })

export const ledgerSchema = z
  .object({
    totalMs: z.number().meta({
      description: 'From the last voiced sample (or the typed text) to the first sample at the ear.',
    }),
    unattributedMs: z.number().meta({ description: 'Time that no stage explains.' }),
    heardSource: z
      .enum(['reported', 'estimated'])
      .meta({ description: 'Whether `first-heard` was reported by the client or estimated.' }),
    stages: z
      .array(
        z.object({
          stage: z.string().meta({ description: 'Named for the mark that ends it, e.g. `final-text`.' }),
          startMs: z.number(),
          durationMs: z.number(),
        }),
      )
      .meta({ description: 'Neighbours on one line, so that their sum is `totalMs`.' }),
    context: z
      .object({
        used: z.array(z.string()).meta({ description: 'Sources whose facts the answer was given.' }),
        late: z.array(z.string()).meta({ description: 'Sources that did not answer within the budget.' }),
        failed: z.array(z.string()).meta({ description: 'Sources that failed.' }),
      })
      .optional()
      .meta({ description: 'What was looked up for the answer, by name; absent where nothing was.' }),
    decision: decisionSchema.optional(),
  })
  .meta({ title: 'Ledger', description: 'Where the time of a turn went.' })

const deviceSchema = z
  .object({
    id: z.string().meta({ description: 'Id of the device in this conversation.' }),
    name: z.string().optional().meta({ description: 'As its `hello` calls it.' }),
    role: z.enum(DEVICE_ROLES),
    subject: z.string().meta({ description: 'Who uses it, as their token says.' }),
    joinedAtMs: atMs,
  })
  .meta({ title: 'Device', description: 'One device that stands in a conversation.' })

const pastEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), turn, text: z.string(), origin: z.enum(['speech', 'text']), atMs }),
  z.object({
    kind: z.literal('agent'),
    turn,
    reply,
    said: z.string(),
    heard: z.string().meta({ description: 'What reached the speaker’s ear.' }),
    interrupted: z.boolean(),
    atMs,
  }),
])

/** Between the devices of one conversation. */
const deviceMessages = [
  z.object({ type: z.literal('devices'), devices: z.array(deviceSchema) }).meta({
    title: 'Devices',
    description: 'Who stands in the conversation: at the beginning if there are several, and on each change.',
    examples: [
      {
        type: 'devices',
        devices: [
          { id: 'dev_1', role: 'speaker', subject: 'ana', joinedAtMs: 0 },
          { id: 'dev_2', name: 'Kitchen tablet', role: 'listener', subject: 'ana', joinedAtMs: 8200 },
        ],
      },
    ],
  }),
  z
    .object({
      type: z.literal('role'),
      role: z.enum(DEVICE_ROLES),
      by: z.string().optional().meta({ description: 'Id of the device that caused it, where another did.' }),
    })
    .meta({
      title: 'Role',
      description: 'This device is something else now: it took over, or another device did.',
      examples: [{ type: 'role', role: 'controller', by: 'dev_2' }],
    }),
  z
    .object({
      type: z.literal('history'),
      entries: z.array(pastEntrySchema).meta({ description: 'Oldest first; at most the last 200.' }),
      truncated: z.boolean().meta({ description: 'Whether there was more before.' }),
    })
    .meta({
      title: 'History',
      description: 'What was said before this device joined. Comes once, after `ready`.',
      examples: [
        {
          type: 'history',
          entries: [{ kind: 'user', turn: 'trn_2a', text: 'Hello?', origin: 'speech', atMs: 900 }],
          truncated: false,
        },
      ],
    }),
] as const

/** The answers and orders of the socket itself. */
const socketMessages = [
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

const reasons = z
  .array(
    z.object({
      kind: z.string().meta({ description: 'A word of the table in docs/turn-taking.md.' }),
      value: z.number().optional(),
      text: z.string().optional(),
    }),
  )
  .meta({ description: 'What was looked at, and what it was.' })

const floor = z.enum(['open', 'user', 'pause', 'thinking', 'agent', 'overlap']).meta({
  description: 'Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once.',
})

/** What happens in the session; `atMs` orders it. */
const sessionMessages = [
  z
    .object({
      type: z.literal('session-started'),
      atMs,
      session: z.string().meta({ description: 'Id of the session.' }),
      language: z.string().meta({ description: 'BCP 47.' }),
    })
    .meta({
      title: 'Session started',
      description: 'Agent and caller can begin.',
      examples: [{ type: 'session-started', atMs: 0, session: 'ses_5kq1', language: 'en' }],
    }),
  z
    .object({
      type: z.literal('floor-changed'),
      atMs,
      floor,
    })
    .meta({
      title: 'Floor changed',
      description: 'Somebody took or left the floor.',
      examples: [{ type: 'floor-changed', atMs: 912, floor: 'user' }],
    }),
  z.object({ type: z.literal('speech-started'), atMs, turn, mediaMs }).meta({
    title: 'Speech started',
    description: 'The caller’s voice began.',
    examples: [{ type: 'speech-started', atMs: 912, turn: 'trn_2a', mediaMs: 860 }],
  }),
  z.object({ type: z.literal('speech-ended'), atMs, turn, mediaMs }).meta({
    title: 'Speech ended',
    description: 'The caller’s voice ended; the turn may still go on.',
    examples: [{ type: 'speech-ended', atMs: 2410, turn: 'trn_2a', mediaMs: 2110 }],
  }),
  z
    .object({
      type: z.literal('transcript-partial'),
      atMs,
      turn,
      text: z.string().meta({ description: 'The whole text of the turn so far; may change.' }),
    })
    .meta({
      title: 'Transcript, partial',
      description: 'What the recogniser believes so far.',
      examples: [{ type: 'transcript-partial', atMs: 1500, turn: 'trn_2a', text: 'what are' }],
    }),
  z
    .object({
      type: z.literal('transcript-final'),
      atMs,
      turn,
      text: z.string().meta({ description: 'The whole text of the turn so far; will not change.' }),
      origin: z.enum(['speech', 'text']).meta({ description: 'Heard, or typed.' }),
      startMs: z.number().meta({ description: 'First voiced sample, in received audio.' }),
      endMs: z.number().meta({ description: 'Last voiced sample, in received audio.' }),
    })
    .meta({
      title: 'Transcript, final',
      description: 'Sent after it is stored.',
      examples: [
        {
          type: 'transcript-final',
          atMs: 2600,
          turn: 'trn_2a',
          text: 'what are your opening hours',
          origin: 'speech',
          startMs: 860,
          endMs: 2110,
        },
      ],
    }),
  z
    .object({
      type: z.literal('turn-committed'),
      atMs,
      turn,
      endpoint: z
        .object({
          ms: z.number().meta({ description: 'Silence that was waited for, in ms.' }),
          complete: z.number().meta({
            description: 'Probability, at the beginning of the silence, that the turn was over.',
          }),
          reasons,
        })
        .optional()
        .meta({ description: 'How the end of a spoken turn was found; absent where it was told.' }),
    })
    .meta({
      title: 'Turn committed',
      description: 'The caller’s turn is over and will be answered.',
      examples: [
        {
          type: 'turn-committed',
          atMs: 2620,
          turn: 'trn_2a',
          endpoint: { ms: 320, complete: 0.8, reasons: [{ kind: 'final-fall', value: -4.1 }] },
        },
      ],
    }),
  z.object({ type: z.literal('turn-reopened'), atMs, turn }).meta({
    title: 'Turn reopened',
    description: 'The caller went on before anything of the answer was heard: the turn was not over.',
    examples: [{ type: 'turn-reopened', atMs: 2800, turn: 'trn_2a' }],
  }),
  z.object({ type: z.literal('reply-prepared'), atMs, turn, reply }).meta({
    title: 'Reply prepared',
    description:
      'An answer is being made before the turn is over; it is heard only if the turn ends as it is.',
    examples: [{ type: 'reply-prepared', atMs: 2500, turn: 'trn_2a', reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('reply-discarded'),
      atMs,
      turn,
      reply,
      audioMs: z.number().meta({ description: 'Sound made and not heard, in ms.' }),
      words: z.number(),
      inputTokens: z.number(),
      outputTokens: z.number(),
    })
    .meta({
      title: 'Reply discarded',
      description: 'A prepared answer was thrown away unheard; what it had cost.',
      examples: [
        {
          type: 'reply-discarded',
          atMs: 2560,
          turn: 'trn_2a',
          reply: 'rpl_9f2c',
          audioMs: 340,
          words: 3,
          inputTokens: 0,
          outputTokens: 0,
        },
      ],
    }),
  z.object({ type: z.literal('reply-started'), atMs, turn, reply }).meta({
    title: 'Reply started',
    description: 'A reply begins to be sent.',
    examples: [{ type: 'reply-started', atMs: 2700, turn: 'trn_2a', reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('reply-words'),
      atMs,
      reply,
      text: z.string().meta({ description: 'The next words, as they read when joined.' }),
      untilMs: z.number().meta({ description: 'Where they end in the reply’s audio.' }),
    })
    .meta({
      title: 'Reply words',
      description: 'Words of the reply, as their audio is sent.',
      examples: [{ type: 'reply-words', atMs: 2760, reply: 'rpl_9f2c', text: 'We open ', untilMs: 420 }],
    }),
  z
    .object({
      type: z.literal('reply-sent'),
      atMs,
      reply,
      totalMs: z.number().meta({
        description:
          'True length of the reply’s audio; the last Opus packet may be padded with silence beyond it.',
      }),
    })
    .meta({
      title: 'Reply sent',
      description: 'All of the reply’s audio has been sent; it may still be playing.',
      examples: [{ type: 'reply-sent', atMs: 4100, reply: 'rpl_9f2c', totalMs: 1530 }],
    }),
  z
    .object({
      type: z.literal('reply-ended'),
      atMs,
      turn,
      reply,
      said: z.string().meta({ description: 'The whole text of the reply.' }),
      heard: heardSchema,
      interrupted: z.boolean(),
      decision: decisionSchema.optional(),
    })
    .meta({
      title: 'Reply ended',
      description: 'Sent after it is stored. `said` is the whole text, `heard.text` what reached the ear.',
      examples: [
        {
          type: 'reply-ended',
          atMs: 4400,
          turn: 'trn_2a',
          reply: 'rpl_9f2c',
          said: 'We open at nine.',
          heard: {
            reply: 'rpl_9f2c',
            ms: 840,
            text: 'We open at',
            complete: false,
            source: 'reported',
            errorMs: 20,
          },
          interrupted: true,
        },
      ],
    }),
  z
    .object({
      type: z.literal('ducked'),
      atMs,
      reply,
      afterOnsetMs: z.number().meta({
        description: 'From the arrival of the caller’s first voiced sample to the lowered voice, in ms.',
      }),
    })
    .meta({
      title: 'Ducked',
      description: 'The caller spoke into the reply; it was lowered until it is clear what they want.',
      examples: [{ type: 'ducked', atMs: 3300, reply: 'rpl_9f2c', afterOnsetMs: 64 }],
    }),
  z.object({ type: z.literal('resumed'), atMs, reply }).meta({
    title: 'Resumed',
    description: 'It was nothing: the reply goes on at its old level.',
    examples: [{ type: 'resumed', atMs: 3600, reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('judged'),
      atMs,
      reply,
      ruling: z.enum(['hold', 'claim', 'pass']).meta({
        description:
          '`hold`: silence until it is clear; `claim`: the caller takes the floor; `pass`: the reply goes on.',
      }),
      afterOnsetMs: z.number().meta({
        description: 'From the arrival of the caller’s first sample to the ruling, in ms.',
      }),
      reasons,
    })
    .meta({
      title: 'Judged',
      description: 'What the gateway made of speech into the reply, and why.',
      examples: [
        {
          type: 'judged',
          atMs: 3480,
          reply: 'rpl_9f2c',
          ruling: 'pass',
          afterOnsetMs: 512,
          reasons: [{ kind: 'backchannel', text: 'mm-hm' }],
        },
      ],
    }),
  z.object({ type: z.literal('dtmf'), atMs, digit: z.string() }).meta({
    title: 'Key',
    description: 'A telephone key was pressed.',
    examples: [{ type: 'dtmf', atMs: 3480, digit: '5' }],
  }),
  z.object({ type: z.literal('filler'), atMs, reply, text: z.string() }).meta({
    title: 'Filler',
    description: 'The agent says something while its answer is late.',
    examples: [{ type: 'filler', atMs: 4100, reply: 'rpl_9f2c', text: 'One moment.' }],
  }),
  z
    .object({
      type: z.literal('recovered'),
      atMs,
      floor,
      stuckMs: z.number().meta({ description: 'How long nothing could have changed it, in ms.' }),
    })
    .meta({
      title: 'Recovered',
      description: 'The conversation waited for nothing and was set going again; please report it.',
      examples: [{ type: 'recovered', atMs: 9100, floor: 'thinking', stuckMs: 3000 }],
    }),
  z.object({ type: z.literal('ledger'), atMs, turn, reply, ledger: ledgerSchema }).meta({
    title: 'Latency ledger',
    description: 'Where the time of this turn went. Sent after it is stored.',
    examples: [
      {
        type: 'ledger',
        atMs: 2950,
        turn: 'trn_2a',
        reply: 'rpl_9f2c',
        ledger: {
          totalMs: 800,
          unattributedMs: 0,
          heardSource: 'reported',
          stages: [
            { stage: 'endpoint', startMs: 0, durationMs: 500 },
            { stage: 'first-heard', startMs: 500, durationMs: 300 },
          ],
          context: { used: ['weather'], late: ['news'], failed: [] },
        },
      },
    ],
  }),
  z
    .object({ type: z.literal('note'), atMs, data: z.unknown().meta({ description: 'Any JSON value.' }) })
    .meta({
      title: 'Note',
      description: 'Something the agent decided to tell the client.',
      examples: [{ type: 'note', atMs: 4000, data: { booked: '09:30' } }],
    }),
  z
    .object({
      type: z.literal('warning'),
      atMs,
      code: z.string().meta({ description: 'Stable; the table is docs/errors.md.' }),
      message: z.string(),
    })
    .meta({
      title: 'Warning',
      description: 'A fault that does not end the session.',
      examples: [
        {
          type: 'warning',
          atMs: 5000,
          code: 'recogniser_failed',
          message: 'The speech recogniser failed; it is being restarted.',
        },
      ],
    }),
  z
    .object({
      type: z.literal('session-ended'),
      atMs,
      reason: z.string().meta({ description: 'E.g. `hang-up`, `client`, `idle`, `expired`, `error`.' }),
    })
    .meta({
      title: 'Session ended',
      description: 'The last message of a session; the socket closes after it.',
      examples: [{ type: 'session-ended', atMs: 60000, reason: 'client' }],
    }),
] as const

const [userProsody, agentProsody, ...besideProsody] = sideMessages

/** Each message of the gateway; the two of `prosody` differ by side. */
export const serverMessages = [
  ...socketMessages,
  ...deviceMessages,
  ...sessionMessages,
  ...sideMessages,
] as const

export const serverMessageSchema = z.discriminatedUnion('type', [
  ...socketMessages,
  ...deviceMessages,
  ...sessionMessages,
  z.discriminatedUnion('side', [userProsody, agentProsody]),
  ...besideProsody,
])

export type Device = z.infer<typeof deviceSchema>
export type PastEntry = z.infer<typeof pastEntrySchema>
export type Ready = z.infer<typeof readySchema>
export type ServerMessage = z.infer<typeof serverMessageSchema>
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>
