/** Options of the Cartesia slots, as configuration gives them. */

import { z } from 'zod'

/** Of the protocol; 2026-08-14 is the first that names a voice by a plain string. */
const version = z.iso.date().default('2026-08-14')

const rates = z.union([8_000, 16_000, 22_050, 24_000, 44_100, 48_000].map(rate => z.literal(rate)))

const timeouts = {
  connectTimeoutMs: z.number().int().positive().default(5_000),
}

export const ttsOptions = z.strictObject({
  model: z.string().min(1),
  /** The id of a voice. */
  voice: z.string().min(1),
  version,
  sampleRate: rates.default(24_000),
  languages: z.array(z.string()).min(1).default(['*']),
  /** Times the voice's own loudness, 0.5–2. */
  volume: z.number().min(0.5).max(2).optional(),
  pronunciationDictionary: z.string().optional(),
  /** Whether emotion, speed and volume are sent; models before Sonic 3 take none. */
  expressive: z.boolean().default(true),
  wordTimes: z.boolean().default(true),
  /** Times of phones, for the shapes of a mouth. */
  phoneTimes: z.boolean().default(true),
  /** Longest wait of sound for the times of its words, ms. */
  wordsWaitMs: z.number().int().min(0).default(50),
  /** Contexts kept open between the clauses of replies; each may count against the plan's concurrency. */
  keptContexts: z.number().int().min(0).default(2),
  /** How long one is kept, ms; the vendor ends it after about a second. */
  keptContextMs: z.number().int().positive().default(700),
  firstOutputMs: z.number().int().positive().default(5_000),
  gapMs: z.number().int().positive().default(5_000),
  /** An unused socket is closed after this, ms; the vendor closes it after five minutes. */
  idleMs: z.number().int().positive().default(240_000),
  ...timeouts,
})

export type CartesiaTtsOptions = z.output<typeof ttsOptions>

/** What only the vendor's own turns know. */
const ofTurns = [
  'turnStartThreshold',
  'turnEagerEndThreshold',
  'turnEndThreshold',
  'turnEndTimeoutMs',
] as const

export const sttOptions = z
  .strictObject({
    model: z.string().min(1),
    /** `manual`: the gateway says where speech ends. `turns`: the vendor does, and its signals are told. */
    turns: z.enum(['manual', 'turns']).default('manual'),
    version,
    sampleRate: z.union([z.literal(8_000), z.literal(16_000)]).default(16_000),
    /** At most 100, of 1,200 characters together. */
    keyterms: z.array(z.string()).max(100).default([]),
    /** Sent pieces, ms. */
    pieceMs: z.number().int().min(20).max(1_000).default(100),
    turnStartThreshold: z.number().min(0.5).max(0.9).optional(),
    turnEagerEndThreshold: z.number().min(0.3).max(0.6).optional(),
    turnEndThreshold: z.number().min(0.05).max(0.5).optional(),
    turnEndTimeoutMs: z.number().int().min(640).max(11_200).optional(),
    /** For `turns`: how long the end of a turn is waited for after the gateway heard speech end, ms. */
    turnEndWaitMs: z.number().int().positive().default(1_000),
    /** Longest wait for what was asked to be finished, ms. */
    finishTimeoutMs: z.number().int().positive().default(5_000),
    ...timeouts,
  })
  .superRefine((options, check) => {
    if (options.turns === 'turns') return
    for (const name of ofTurns)
      if (options[name] !== undefined)
        check.addIssue({
          code: 'custom',
          path: [name],
          message: `${name} is an option of turns: "turns" only`,
        })
  })

export type CartesiaSttOptions = z.output<typeof sttOptions>
