/** Options of minds behind a provider of the AI SDK. */

import { z } from 'zod'

const positive = z.number().int().positive()

export const aiSdkLlmOptions = z.strictObject({
  /** The provider's package: `@ai-sdk/mistral`. */
  module: z.string().min(1),
  /** Its export that makes a provider; by default `create` and the package's last name: `createMistral`. */
  factory: z.string().min(1).optional(),
  model: z.string().min(1),
  /** Given to the factory besides the key: `baseURL`, `region`, … */
  settings: z.record(z.string(), z.json()).default({}),
  /** Options of the provider's own, by its name. */
  providerOptions: z.record(z.string(), z.record(z.string(), z.json())).optional(),
  maxOutputTokens: positive.optional(),
  temperature: z.number().optional(),
  topP: z.number().min(0).max(1).optional(),
  /** Longest wait from the request to the first token, ms. */
  firstOutputTimeoutMs: positive.default(5_000),
  /** Longest silence after it, ms. */
  idleTimeoutMs: positive.default(5_000),
})

export type AiSdkLlmOptions = z.infer<typeof aiSdkLlmOptions>
