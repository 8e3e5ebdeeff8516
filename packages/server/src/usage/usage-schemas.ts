import { z } from 'zod'

/** What was used and what it cost, as schemas: the source of `/openapi.json`. */

const amount = z.number()
const used = z.object({
  audioMs: amount.meta({ description: 'Sound given to a recogniser, or to a model that hears.' }),
  characters: amount.meta({ description: 'Given to a voice, as its provider counts them.' }),
  inputTokens: amount,
  outputTokens: amount,
  cachedTokens: amount.meta({ description: 'Of the input, read from the cache of the provider.' }),
})

const cost = z.number().nullable()

export const costSchema = {
  cost: cost.meta({
    description: 'In `currency`; null where the price list has no price, or nobody counted.',
  }),
  wastedCost: cost.meta({ description: 'Of that, for answers that were thrown away unheard.' }),
}

export const usageLineSchema = {
  slot: z.enum(['stt', 'llm', 'tts', 'realtime', 'live']),
  provider: z.string(),
  model: z.string().nullable(),
  used,
  wasted: used.meta({ description: 'Of that, in answers that were thrown away unheard.' }),
  requests: z.int(),
  uncounted: z
    .int()
    .meta({ description: 'Requests of which the provider told no usage; they are in no sum.' }),
  ...costSchema,
}

export const costSumSchema = {
  currency: z.string().nullable().meta({ description: 'Null without a price list.' }),
  ...costSchema,
  unpriced: z
    .array(z.string())
    .meta({ description: 'Slot, provider and model of what has no price: it is in no sum.' }),
  uncounted: z.int(),
}

export const sessionUsageSchema = z.object({
  kept: z
    .boolean()
    .meta({ description: 'False for a conversation of which this was not counted, or not all of it.' }),
  ...costSumSchema,
  lines: z.array(z.object(usageLineSchema)),
})

export type SessionUsageAnswer = z.infer<typeof sessionUsageSchema>
