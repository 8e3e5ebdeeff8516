/** Options of a Realtime session that is a conversation. Models and voices come from configuration. */

import { z } from 'zod'

const ms = z.int().positive()
const name = z.string().min(1)

const transcription = z.strictObject({
  model: name,
  /** Default: the session's. `auto` leaves it to the model. */
  language: name.optional(),
  /** For models that take several, in the place of the one. */
  languages: z.array(name).min(1).optional(),
  /** Words that are likely, for models that take a prompt. */
  prompt: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  /** How long the model waits for more context, for models that take it. */
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
})

export const farOptions = z.strictObject({
  model: name,
  /** Default: the model's own. It stays for a whole session. */
  voice: name.optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
  /** Who writes down what the caller says; without, nobody does. */
  transcription: transcription.optional(),
  noiseReduction: z.enum(['near_field', 'far_field']).optional(),
  /** For models that reason. */
  reasoningEffort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  parallelToolCalls: z.boolean().optional(),
  /** What the model forgets when its window is full: the oldest, nothing (answers fail), or down to a share of the window. */
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        retentionRatio: z.number().min(0).max(1),
        /** Tokens behind the instructions at most. */
        postInstructionsTokens: z.int().positive().optional(),
      }),
    ])
    .optional(),
  maxOutputTokens: z.int().min(1).max(4_096).optional(),
  /** How the key is shown; Azure wants `api-key`. */
  auth: z.enum(['bearer', 'api-key']).default('bearer'),
  organization: name.optional(),
  project: name.optional(),
  /** A name of the end user that tells nobody who it is. */
  safetyIdentifier: name.optional(),
  /** Whether the server takes µ-law; a phone's sound then goes through as it is. */
  pcmu: z.boolean().default(true),
  /** Sound in one event, ms. */
  appendMs: z.int().min(20).max(100).default(40),
  /**
   * Sound that may wait for the connection, ms; what comes when it is full is dropped. Engines send up to 45 s at once
   * when a turn has to be told again, and a socket keeps about 60 s.
   */
  maxWaitingMs: ms.default(50_000),
  connectTimeoutMs: ms.default(10_000),
  settingsTimeoutMs: ms.default(5_000),
  /** Longest wait from asking for an answer to its first output, ms. */
  firstOutputTimeoutMs: ms.default(8_000),
  /** Longest silence within an answer, ms. */
  idleTimeoutMs: ms.default(8_000),
})
export type FarOptions = z.infer<typeof farOptions>
