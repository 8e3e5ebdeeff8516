/** Options of OpenAI's minds. Reasoning models refuse `temperature` and `topP`: left out unless they are given. */

import { z } from 'zod'
import { bearer } from './bearer.js'

const positive = z.number().int().positive()

export const openaiLlmOptions = z.strictObject({
  model: z.string().min(1),
  /**
   * `responses-socket` keeps a warm WebSocket, so that a turn pays no handshake and a tool's result is sent alone;
   * `responses` and `chat` are one request a turn, for proxies that let no sockets through.
   */
  api: z.enum(['responses-socket', 'responses', 'chat']).default('responses-socket'),
  maxOutputTokens: positive.optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  reasoningEffort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
  verbosity: z.enum(['low', 'medium', 'high']).optional(),
  serviceTier: z.enum(['auto', 'default', 'flex', 'priority', 'fast']).optional(),
  /** Routes calls of one agent to the same cache. */
  promptCacheKey: z.string().optional(),
  safetyIdentifier: z.string().optional(),
  parallelToolCalls: z.boolean().optional(),
  /** Whether the vendor may keep what was said. */
  store: z.boolean().default(false),
  organization: z.string().optional(),
  project: z.string().optional(),
  /** Longest wait for a connection, or for the head of an answer, ms. */
  connectTimeoutMs: positive.default(3_000),
  /** Longest wait from the request to the first token, ms. */
  firstOutputTimeoutMs: positive.default(4_000),
  /** Longest silence between two tokens, ms. */
  idleTimeoutMs: positive.default(5_000),
  /** Sockets kept open while nothing is asked. */
  idleSockets: positive.default(4),
  /** A socket older than this takes no more answers, ms; the vendor ends them at 60 minutes. */
  socketAgeMs: positive.default(55 * 60_000),
})

export type OpenaiLlmOptions = z.infer<typeof openaiLlmOptions>

/** Headers of every request and socket. */
export function openaiHeaders(
  key: string | undefined,
  { organization, project }: Pick<OpenaiLlmOptions, 'organization' | 'project'>,
): Readonly<Record<string, string>> {
  return {
    ...bearer(key),
    ...(organization === undefined ? {} : { 'openai-organization': organization }),
    ...(project === undefined ? {} : { 'openai-project': project }),
  }
}
