/**
 * A conversation to be played back, as one answer: every time is ms on the session's clock, rounded; the caller when it came
 * in, the agent when an answer to it would come in, as on recordings. Words of the agent
 * have times of their own; of the caller only the whole utterance has (recognisers say no more), and the shape shows it.
 */

import { z } from 'zod'
import { decisionSchema, ledgerSchema } from '../http/session-schemas.js'

const atMs = z.number().meta({ description: 'Milliseconds since the session began.' })

const reasonSchema = z.object({ kind: z.string(), value: z.number().optional(), text: z.string().optional() })

/** A word, when it begins to be heard and when it ends, and whether it was heard to its end. */
const wordSchema = z.object({ text: z.string(), startMs: atMs, endMs: atMs, heard: z.boolean() })

const times = z.enum(['logged', 'estimated']).meta({
  description: '`logged`: by the place of its sound, as logged; `estimated`: from its end and length.',
})

const callerLine = z.object({
  by: z.literal('caller'),
  turn: z.string(),
  text: z.string(),
  origin: z.enum(['speech', 'text']),
  startMs: atMs,
  endMs: atMs,
  times,
  endpoint: z
    .object({ waitMs: z.number(), complete: z.number(), reasons: z.array(reasonSchema) })
    .optional()
    .meta({ description: 'How the end of the turn was found.' }),
})

const agentLine = z.object({
  by: z.literal('agent'),
  turn: z.string(),
  reply: z.string(),
  words: z.array(wordSchema).meta({ description: 'In order; those that were not heard come last.' }),
  startMs: atMs,
  endMs: atMs,
  heardMs: z.number(),
  interrupted: z.boolean(),
  heardSource: z.enum(['reported', 'estimated']),
  times,
  ledger: ledgerSchema.optional(),
  decision: decisionSchema.optional(),
})

const overlapSchema = z.object({
  reply: z.string(),
  startMs: atMs.meta({ description: 'When the voice over the agent began to arrive.' }),
  atMs,
  ruling: z.enum(['hold', 'claim', 'pass']),
  reasons: z.array(reasonSchema),
})

const recordingSchema = z.object({
  state: z.enum(['ready', 'making', 'failed', 'deleted', 'refused', 'none']),
  startMs: atMs
    .optional()
    .meta({ description: 'Where its first sample stands on the clock of the session.' }),
  durationMs: z.number().optional(),
  errorMs: z
    .number()
    .optional()
    .meta({ description: 'By how much `startMs` may be off; absent where nobody knows.' }),
  problem: z.string().optional(),
  call: z.string().optional().meta({
    description: 'The phone call that the recording is of: it is fetched there, and there may be more on it.',
  }),
})

export const playbackSchema = z.object({
  session: z.object({
    id: z.string().optional().meta({ description: 'Not told to those who have a link.' }),
    agent: z.string(),
    language: z.string(),
    edge: z.string(),
    startedAtMs: z.number().meta({ description: 'Milliseconds since 1970.' }),
    endReason: z.string().optional(),
    state: z.enum(['running', 'ended', 'unknown']),
  }),
  durationMs: z.number(),
  recording: recordingSchema,
  log: z.enum(['whole', 'cut', 'none']).meta({
    description: '`none`: what was logged is lost; there are words and ledgers, but no floors or reasons.',
  }),
  lines: z
    .array(z.discriminatedUnion('by', [callerLine, agentLine]))
    .meta({ description: 'In order of time.' }),
  floors: z.array(z.object({ atMs, floor: z.string() })),
  overlaps: z.array(overlapSchema),
  ducks: z.array(z.object({ reply: z.string(), startMs: atMs, endMs: atMs })),
  tools: z.array(z.object({ atMs, reply: z.string(), name: z.string(), arguments: z.string().optional() })),
  warnings: z.array(z.object({ atMs, code: z.string(), message: z.string().optional() })),
  legs: z.array(z.object({ atMs, change: z.enum(['lost', 'attached']) })),
  keys: z.array(z.object({ atMs })).meta({ description: 'Keys of a phone, without saying which.' }),
  truncated: z.boolean().meta({ description: 'Whether there is more than is given here.' }),
})

export type Playback = z.infer<typeof playbackSchema>
export type PlaybackLine = Playback['lines'][number]
export type AgentLine = Extract<PlaybackLine, { by: 'agent' }>
export type CallerLine = Extract<PlaybackLine, { by: 'caller' }>
export type PlaybackRecording = Playback['recording']
