import { endingsAfter } from '@parley/platform'
import { z } from 'zod'
import { costSumSchema, usageLineSchema } from '../usage/usage-schemas.js'

/** What the figures are, as schemas: the source of `/openapi.json`. */

const count = z.int()
const name = z.string().trim().min(1).max(200)
const moment = z.coerce.number().int().min(0).max(8.64e15)

export const analyticsQuery = z.object({
  from: moment.meta({ description: 'Conversations that began at or after, ms since 1970.' }),
  until: moment.meta({ description: 'Began before, ms since 1970.' }),
  agent: name.optional(),
  edge: name.optional(),
  language: name.optional().meta({ description: 'BCP 47; `es` also stands for `es-MX`.' }),
  bucket: z
    .enum(['hour', 'day'])
    .default('day')
    .meta({ description: 'At most 31 days by the hour, 400 by the day.' }),
  tz: z.string().max(64).default('UTC').meta({ description: 'IANA time zone in which days begin.' }),
})

const ms = z.number().nullable()
const percentiles = {
  rows: count.meta({ description: 'Rows the percentiles stand on.' }),
  ...{ p50: ms, p90: ms, p95: ms, p99: ms },
}
const percentileSchema = z.object(percentiles)

const sums = {
  sessions: count,
  minutes: z.number(),
  turns: count,
  replies: count,
  interrupted: count,
  latency: percentileSchema.meta({
    description: 'From the last voiced sample to the first sample heard, ms.',
  }),
}
const headline = z.object({ ...sums, ended: count })

const cost = z
  .number()
  .nullable()
  .meta({ description: 'In `currency`; null where nobody counted tokens or the price list has no price.' })

export const analyticsSchema = z.object({
  headline,
  previous: headline.meta({ description: 'Of the equally long time before.' }),
  targets: z.object({ firstTokenMs: z.number(), bargeInMs: z.number(), slowAnswerMs: z.number() }),
  overTime: z.array(z.object({ ...sums, atMs: z.number() })),
  latency: z.object({
    total: percentileSchema,
    reported: count.meta({
      description: 'Answers whose first sound the far end reported; the others are estimated.',
    }),
    stages: z.array(z.object({ ...percentiles, stage: z.string() })),
    providers: z.array(
      z.object({
        ...percentiles,
        stage: z.string(),
        slot: z.string(),
        provider: z.string(),
        model: z.string().nullable(),
      }),
    ),
    firstToken: percentileSchema,
    bargeIn: percentileSchema,
  }),
  interruptions: z.object({
    rulings: z.array(z.object({ ...percentiles, ruling: z.string() })),
    heard: z.array(z.object({ fromMs: z.number(), replies: count })),
  }),
  talk: z.object({
    sessions: count,
    callerMs: z.number(),
    agentMs: z.number(),
    overlapMs: z.number(),
    overlaps: count,
    shares: z.array(z.object({ fromShare: z.number(), sessions: count })),
  }),
  endings: z.object({
    reasons: z.array(z.object({ reason: z.string(), after: z.enum(endingsAfter), sessions: count })),
    byTurns: z.array(z.object({ turns: count, sessions: count })),
    bySeconds: z.array(z.object({ fromSeconds: z.number(), sessions: count })),
  }),
  groups: z.array(
    z.object({ ...sums, by: z.enum(['agent', 'edge', 'language']), name: z.string(), failed: count }),
  ),
  decisions: z.array(z.object({ ...percentiles, by: z.string(), cause: z.string(), outcome: z.string() })),
  tools: z.array(z.object({ name: z.string(), calls: count, failed: count.nullable() })),
  endpointing: z.object({ waits: percentileSchema, long: count, reopened: count }),
  speculation: z.object({
    prepared: count,
    discarded: count,
    audioMs: z.number(),
    words: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
  }),
  costs: z.object({
    ...costSumSchema,
    sessions: count.meta({ description: 'Conversations of which it was counted what they used.' }),
    truncated: z.boolean().meta({ description: 'More than 1,000 lines; the rest is in no sum.' }),
    usage: z.array(z.object({ agent: z.string(), sessions: count, ...usageLineSchema })),
    tokens: z.array(
      z.object({
        agent: z.string(),
        slot: z.string().nullable(),
        provider: z.string().nullable(),
        model: z.string().nullable(),
        replies: count,
        counted: count.meta({ description: 'Of the replies, those whose tokens a provider told.' }),
        inputTokens: z.number(),
        outputTokens: z.number(),
        cost,
      }),
    ),
    calls: z.array(z.object({ what: z.string(), rows: count, micros: z.number(), unsettled: count })),
  }),
})

export type AnalyticsAnswer = z.infer<typeof analyticsSchema>
