/** Options of minds behind any server that speaks OpenAI's chat completions. */

import { z } from 'zod'
import { compatibleProfiles } from './profiles.js'

const positive = z.number().int().positive()

export const compatibleLlmOptions = z.strictObject({
  model: z.string().min(1),
  profile: z.enum(compatibleProfiles).default('generic'),
  maxTokens: positive.optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  /** Whether a reasoning model thinks first; without, as the server does it. What it thinks is never spoken. */
  thinking: z.boolean().optional(),
  toolChoice: z.enum(['auto', 'none', 'required']).optional(),
  /** Fields of the server's own, put into every request as they stand. */
  extraBody: z.record(z.string(), z.json()).default({}),
  extraHeaders: z.record(z.string(), z.string()).default({}),
  /** Longest wait from the request to the first token, ms. */
  firstOutputTimeoutMs: positive.default(8_000),
  /** Longest silence between two tokens, ms. */
  idleTimeoutMs: positive.default(10_000),
  /** Longest wait of the warm-up, which may load a model, ms. */
  warmTimeoutMs: positive.default(120_000),
})

export type CompatibleLlmOptions = z.infer<typeof compatibleLlmOptions>
