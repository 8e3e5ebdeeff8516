/** Options of the ElevenLabs slots, as configuration gives them. */

import { z } from 'zod'

const share = z.number().min(0).max(1).optional()

export const ttsOptions = z.strictObject({
  model: z.string().min(1),
  /** The id of a voice. */
  voice: z.string().min(1),
  /** `http` for models that have no WebSocket. */
  transport: z.enum(['websocket', 'http']).default('websocket'),
  sampleRate: z
    .union([8_000, 16_000, 22_050, 24_000, 44_100, 48_000].map(rate => z.literal(rate)))
    .default(24_000),
  languages: z.array(z.string()).min(1).default(['*']),
  /** Whether the language is told; some models take none. */
  languageCodes: z.boolean().default(true),
  stability: share,
  similarityBoost: share,
  style: share,
  speakerBoost: z.boolean().optional(),
  speed: z.number().min(0.7).max(1.2).optional(),
  textNormalization: z.enum(['auto', 'on', 'off']).optional(),
  /** Whether the vendor may keep what is said. */
  logging: z.boolean().optional(),
  wordTimes: z.boolean().default(true),
  /** Longest wait of sound for the times of its words, ms. */
  wordsWaitMs: z.number().int().min(0).default(50),
  connectTimeoutMs: z.number().int().positive().default(5_000),
  firstOutputMs: z.number().int().positive().default(5_000),
  gapMs: z.number().int().positive().default(5_000),
  /** After this much silence of ours the vendor closes a socket, s. */
  inactivityTimeoutS: z.number().int().min(1).max(180).default(60),
  /** An unused socket is kept for so long, ms. */
  idleMs: z.number().int().positive().default(300_000),
})

export type ElevenLabsTtsOptions = z.output<typeof ttsOptions>

export const sttOptions = z.strictObject({
  model: z.string().min(1),
  sampleRate: z.union([z.literal(8_000), z.literal(16_000)]).default(16_000),
  /** At most 50. */
  keyterms: z.array(z.string()).max(50).default([]),
  languageCodes: z.boolean().default(true),
  wordTimes: z.boolean().default(true),
  noVerbatim: z.boolean().optional(),
  logging: z.boolean().optional(),
  /** Sent pieces, ms. */
  pieceMs: z.number().int().min(20).max(1_000).default(100),
  /** Least sound of a commit, ms; silence is added to what is shorter. */
  leastCommitMs: z.number().int().min(0).default(300),
  /** Silence of so long is committed, so that the vendor's own limit is never reached, ms. */
  silentCommitMs: z.number().int().positive().default(30_000),
  connectTimeoutMs: z.number().int().positive().default(5_000),
  finishTimeoutMs: z.number().int().positive().default(5_000),
})

export type ElevenLabsSttOptions = z.output<typeof sttOptions>
