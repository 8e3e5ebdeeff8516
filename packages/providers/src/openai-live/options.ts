/** Options of OpenAI's Live models. Model and voice come from configuration; the voice is fixed for a session. */

import { z } from 'zod'

const ms = z.int().positive()

export const liveOptions = z.strictObject({
  model: z.string().min(1),
  /** A built-in voice, or the id of one's own. */
  voice: z.union([z.string().min(1), z.strictObject({ id: z.string().min(1) })]).optional(),
  /**
   * How long the model waits before it says by itself that a question is being looked into, ms. What is told or thought
   * meanwhile takes that back.
   */
  acknowledgementDelayMs: z.int().min(0).max(60_000).default(0),
  /** Whether the vendor may keep what was said. */
  store: z.boolean().default(false),
  /** Sound of one message, ms. */
  appendMs: z.int().min(40).max(100).default(60),
  /** Sound that may wait for the session to begin, ms; the oldest goes first. */
  maxWaitingMs: ms.max(60_000).default(10_000),
  connectTimeoutMs: ms.default(10_000),
  /** Longest wait for the session to begin, ms. */
  startTimeoutMs: ms.default(5_000),
})

export type LiveOptions = z.infer<typeof liveOptions>
