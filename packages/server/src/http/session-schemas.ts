import { z } from 'zod'
import { sessionUsageSchema } from '../usage/usage-schemas.js'

/** What the sessions API answers, as schemas: the source of `/openapi.json`. */

export const problemSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

const epochMs = z.number().meta({ description: 'Milliseconds since 1970.' })
const sessionMs = z.number().meta({ description: 'Milliseconds since the session began.' })

const summary = {
  tenant: z.string(),
  id: z.string(),
  agent: z.string(),
  language: z.string(),
  edge: z.string().meta({ description: 'The door it came through.' }),
  startedAtMs: epochMs,
  endedAtMs: epochMs.optional(),
  endReason: z.string().optional(),
  turnCount: z.int(),
}

const matchSchema = z
  .object({
    side: z.enum(['user', 'agent']),
    turn: z.string(),
    reply: z.string().optional(),
    atMs: sessionMs,
    parts: z.array(z.object({ text: z.string(), hit: z.literal(true).optional() })),
  })
  .meta({ description: 'Where the words of `q` are: about 180 characters around them.' })

export const sessionPageSchema = z.object({
  sessions: z.array(
    z.object({
      ...summary,
      interruptions: z.int().meta({ description: 'Replies that were interrupted.' }),
      slowestMs: z.number().optional().meta({ description: 'The longest that an answer took.' }),
      recorded: z.boolean(),
      match: matchSchema.optional(),
    }),
  ),
  next: z
    .string()
    .optional()
    .meta({ description: 'Give it as `before` for the next page; absent on the last.' }),
})

export const facetsSchema = z.object({
  agents: z.array(z.string()),
  edges: z.array(z.string()),
  languages: z.array(z.string()),
})

const userSchema = z.object({
  text: z.string(),
  origin: z.enum(['speech', 'text']),
  startMs: sessionMs,
  endMs: sessionMs,
  atMs: sessionMs,
})

export const decisionSchema = z.object({
  by: z.string(),
  cause: z.enum(['tool', 'rule', 'delegation']),
  rule: z.string().optional(),
  outcome: z.enum(['decided', 'late', 'failed']),
  tookMs: z.number(),
})

const endedSchema = z.object({
  said: z.string().meta({ description: 'The whole text, heard or not.' }),
  heardText: z.string().meta({ description: 'What reached the ear.' }),
  heardMs: z.number(),
  heardComplete: z.boolean(),
  heardSource: z.enum(['reported', 'estimated']),
  heardErrorMs: z.number(),
  interrupted: z.boolean(),
  state: z.json().optional(),
  decision: decisionSchema.optional(),
  atMs: sessionMs,
})

export const ledgerSchema = z.object({
  totalMs: z.number(),
  unattributedMs: z.number(),
  heardSource: z.enum(['reported', 'estimated']),
  stages: z.array(z.object({ stage: z.string(), startMs: z.number(), durationMs: z.number() })),
  context: z
    .object({ used: z.array(z.string()), late: z.array(z.string()), failed: z.array(z.string()) })
    .optional(),
  decision: decisionSchema.optional(),
})

export const sessionSchema = z.object({
  ...summary,
  turns: z.array(
    z.object({
      id: z.string(),
      user: userSchema.optional(),
      replies: z.array(
        z.object({ id: z.string(), ended: endedSchema.optional(), ledger: ledgerSchema.optional() }),
      ),
    }),
  ),
  truncated: z.boolean(),
  usage: sessionUsageSchema,
})
