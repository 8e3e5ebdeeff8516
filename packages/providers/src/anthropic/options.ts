/** Options of Anthropic's minds. Since version 2026-10-21 of the API sampling parameters are refused. */

import { z } from 'zod'

const positive = z.number().int().positive()

/** The first version that refuses sampling. */
const NO_SAMPLING_FROM = '2026-10-21'

export const anthropicLlmOptions = z
  .strictObject({
    model: z.string().min(1),
    maxTokens: positive.default(1_024),
    /** Sent as `anthropic-version`. */
    version: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .default(NO_SAMPLING_FROM),
    /** Sent as `anthropic-beta`. */
    betas: z.array(z.string()).default([]),
    /** `default` leaves it to the model, which may think before it speaks. */
    thinking: z.enum(['disabled', 'adaptive', 'default']).default('disabled'),
    effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
    /** How long the vendor keeps what is the same in every turn; `off` for none. */
    cache: z.enum(['5m', '1h', 'off']).default('5m'),
    temperature: z.number().min(0).max(1).optional(),
    topP: z.number().min(0).max(1).optional(),
    parallelToolCalls: z.boolean().default(true),
    serviceTier: z.enum(['auto', 'standard_only']).optional(),
    speed: z.enum(['standard', 'fast']).optional(),
    /** A name for the caller that tells nothing of who it is. */
    userId: z.string().optional(),
    /** Longest wait from the request to the first token, ms. */
    firstOutputTimeoutMs: positive.default(4_000),
    /** Longest silence after it, pings count as signs of life, ms. */
    idleTimeoutMs: positive.default(5_000),
    /** Longest wait of the warm-up, ms. */
    connectTimeoutMs: positive.default(3_000),
  })
  .refine(
    ({ version, temperature, topP }) =>
      version < NO_SAMPLING_FROM || (temperature === undefined && topP === undefined),
    { message: `temperature and topP are refused from version ${NO_SAMPLING_FROM} on; leave them out` },
  )

export type AnthropicLlmOptions = z.infer<typeof anthropicLlmOptions>
