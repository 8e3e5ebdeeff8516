/**
 * What `/v1/live` carries: the conversations that are on, as rows, and what changes in them. A row that was not told
 * before comes whole; after that only what is new of it. Clients ignore types and fields they do not know.
 */
import { z } from 'zod'

const epochMs = z.number().meta({ description: 'Milliseconds since 1970.' })
const ms = z.number().nonnegative()
const session = z.string().max(100)

/** Most sessions of which levels are told at once. */
export const LIVE_FOCUS = 200

/** Silence, where no level is measured or nothing sounds, dBFS. */
export const LIVE_SILENCE_DBFS = -100

export const liveSessionSchema = z
  .object({
    session: session.meta({ description: 'Id of the session.' }),
    node: z.string().meta({ description: 'The process that holds it.' }),
    agent: z.string(),
    edge: z.string().meta({ description: 'The door it came through.' }),
    language: z.string().meta({ description: 'BCP 47.' }),
    subject: z.string().meta({ description: 'Who holds it, as their token says.' }),
    startedAtMs: epochMs,
    floor: z.enum(['open', 'user', 'pause', 'thinking', 'agent', 'overlap']).meta({
      description: 'Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once.',
    }),
    floorSinceMs: epochMs,
    turns: z.int().meta({ description: 'Turns of the caller that were answered or are to be.' }),
    userWords: z.string().meta({ description: 'The last words of the caller, at most 160 characters.' }),
    agentWords: z.string().meta({ description: 'The last words of the agent, at most 160 characters.' }),
    interruptions: z.int(),
    totalMs: ms.optional().meta({ description: 'What the last answer took until it was heard.' }),
    medianMs: ms.optional().meta({ description: 'The median of the last 50 answers.' }),
    firstTokenMs: ms.optional().meta({ description: 'Of the last answer, until its first token.' }),
    warnings: z.int(),
    lastWarning: z.string().optional().meta({ description: 'Code of the last one (docs/errors.md).' }),
    devices: z.int().meta({ description: 'Devices that stand in it; 0 while its line is lost.' }),
    userDbfs: z.number().meta({ description: 'Level of the caller, dBFS; −100 is silence.' }),
    agentDbfs: z.number().meta({ description: 'Level of the agent, dBFS; −100 is silence.' }),
  })
  .meta({ title: 'Live session', description: 'One conversation that is on.' })

export type LiveSession = z.infer<typeof liveSessionSchema>

const example: LiveSession = {
  session: 'ses_5kq1',
  node: 'gw-1-7c1e',
  agent: 'reception',
  edge: 'voice-ws',
  language: 'en',
  subject: 'ana',
  startedAtMs: 1_700_000_000_000,
  floor: 'user',
  floorSinceMs: 1_700_000_002_500,
  turns: 1,
  userWords: 'what are your opening hours',
  agentWords: 'Hello, how can I help?',
  interruptions: 0,
  totalMs: 640,
  medianMs: 640,
  firstTokenMs: 410,
  warnings: 0,
  devices: 1,
  userDbfs: -31,
  agentDbfs: -100,
}

const facts = {
  node: z.string().meta({ description: 'The process that answers.' }),
  shared: z.boolean().meta({
    description: 'Whether conversations of all nodes are seen (Redis), or only those of this process.',
  }),
  firstTokenTargetMs: ms
    .optional()
    .meta({ description: 'What `firstTokenMs` should stay under, where a target is set.' }),
  nowMs: epochMs.meta({ description: 'What the gateway’s clock says, for who counts from its moments.' }),
  total: z.int().meta({ description: 'How many there are that may be seen.' }),
}

/** What `GET /api/live` answers as well. */
export const liveListSchema = z.object({
  ...facts,
  sessions: z.array(liveSessionSchema).meta({ description: 'Newest first; at most 2,000.' }),
})
export type LiveList = z.infer<typeof liveListSchema>

export const liveServerMessages = [
  liveListSchema.extend({ type: z.literal('snapshot') }).meta({
    title: 'Snapshot',
    description: 'The first message: everything that may be seen.',
    examples: [
      {
        ...{ type: 'snapshot', node: 'gw-1-7c1e', shared: false, nowMs: 1_700_000_003_000, total: 1 },
        sessions: [example],
      },
    ],
  }),
  z
    .object({
      type: z.literal('changes'),
      total: z.int().optional().meta({ description: 'Where it changed.' }),
      changed: z
        .array(liveSessionSchema.partial().required({ session: true }))
        .meta({ description: 'What is new of each; a session that was not told before comes whole.' }),
      gone: z.array(session).meta({ description: 'Sessions that are over.' }),
    })
    .meta({
      title: 'Changes',
      description:
        'At most four a second. To a client that reads slowly fewer come; the latest state counts.',
      examples: [
        {
          type: 'changes',
          changed: [{ session: 'ses_5kq1', floor: 'thinking', floorSinceMs: 1_700_000_004_000 }],
          gone: [],
        },
      ],
    }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }).meta({
    title: 'Error',
    description: 'What the client sent was passed over; ten in a row close the socket.',
    examples: [{ type: 'error', code: 'bad_message', message: '`sessions`: expected array' }],
  }),
] as const

export const liveServerMessageSchema = z.discriminatedUnion('type', [...liveServerMessages])
export type LiveServerMessage = z.infer<typeof liveServerMessageSchema>

export const liveFocusSchema = z
  .object({
    type: z.literal('focus'),
    sessions: z.array(session).max(LIVE_FOCUS).meta({ description: 'Of these levels are told.' }),
  })
  .meta({
    title: 'Focus',
    description:
      'What the client shows. Levels of other sessions are not told from then on, which saves most of the bytes; without it levels of the first 200 are.',
    examples: [{ type: 'focus', sessions: ['ses_5kq1'] }],
  })

export const liveClientMessageSchema = z.discriminatedUnion('type', [liveFocusSchema])
export type LiveClientMessage = z.infer<typeof liveClientMessageSchema>
