/** Options of OpenAI's ears and voices and of servers that imitate them. Models and voices come from configuration. */

import { z } from 'zod'

const ms = z.int().positive()
const model = z.string().min(1)

const connectTimeoutMs = ms.default(10_000)
const firstTimeoutMs = ms.default(8_000)
const idleTimeoutMs = ms.default(8_000)

/** Sound kept before the start of speech that the voice detector names, ms: it names it a little late. */
const prerollMs = z.int().min(0).max(2_000).default(300)

export const realtimeSttOptions = z.strictObject({
  model,
  /** Words that are likely, for models that take a prompt. */
  prompt: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  /** Instead of the session's one language, for models that take several. */
  languages: z.array(z.string()).optional(),
  /** How long the model waits for more context, for models that take it. */
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  noiseReduction: z.enum(['near_field', 'far_field']).optional(),
  /** Asks for the probabilities of tokens, from which a confidence is made. */
  confidence: z.boolean().default(false),
  prerollMs,
  /** Sound that may wait for the connection, ms. */
  maxWaitingMs: ms.default(60_000),
  connectTimeoutMs,
  settingsTimeoutMs: ms.default(5_000),
  firstTimeoutMs,
  idleTimeoutMs,
})
export type RealtimeSttOptions = z.infer<typeof realtimeSttOptions>

export const sttProfiles = ['openai', 'speaches', 'whisper.cpp', 'vllm', 'generic'] as const
export type SttProfile = (typeof sttProfiles)[number]

export const fileSttOptions = z.strictObject({
  /** Which server it is, where servers differ. */
  profile: z.enum(sttProfiles).default('generic'),
  /** whisper.cpp serves one model and wants no name. */
  model: model.optional(),
  prompt: z.string().optional(),
  temperature: z.number().min(0).max(1).optional(),
  /** Whether to ask for events while the text is made. Default: as the profile can. */
  stream: z.boolean().optional(),
  /** Asks for `verbose_json` with times of words, for servers that have them; it cannot be streamed. */
  wordTimes: z.boolean().default(false),
  /** Where the server takes files, if not where the profile says. */
  path: z.string().startsWith('/').optional(),
  /** Rate of the sound that is sent, Hz. */
  sampleRate: z.union([z.literal(8_000), z.literal(16_000), z.literal(24_000)]).default(16_000),
  prerollMs,
  /** Longest sound of one request, ms; what is longer is cut there. */
  longestMs: ms.max(600_000).default(120_000),
  firstTimeoutMs: ms.default(15_000),
  idleTimeoutMs,
})
export type FileSttOptions = z.infer<typeof fileSttOptions>

const voice = z.string().min(1)
const languages = z.array(z.string()).min(1).default(['*'])

export const realtimeTtsOptions = z.strictObject({
  model,
  voice,
  languages,
  /** Put before the rule to read word for word: who speaks, and how. */
  instructions: z.string().optional(),
  /** Clauses spoken at once over one connection; more open another. */
  perConnection: z.int().min(1).max(8).default(2),
  /** Connections kept open while nothing is spoken. */
  keepWarm: z.int().min(0).max(16).default(1),
  /** A connection that old gets no new clauses, ms: the vendor ends sessions at 60 minutes. */
  retireMs: ms.default(3_000_000),
  connectTimeoutMs,
  settingsTimeoutMs: ms.default(5_000),
  firstTimeoutMs,
  idleTimeoutMs,
})
export type RealtimeTtsOptions = z.infer<typeof realtimeTtsOptions>

export const ttsProfiles = ['openai', 'kokoro', 'speaches', 'generic'] as const
export type TtsProfile = (typeof ttsProfiles)[number]

export const speechTtsOptions = z.strictObject({
  profile: z.enum(ttsProfiles).default('generic'),
  model,
  voice,
  languages,
  /** Rate of the server's `pcm`, Hz; speaches is asked for it. */
  sampleRate: z.int().min(8_000).max(48_000).default(24_000),
  /** Whether the model takes `instructions`; then they carry the expression, and `speed` only the pace asked for. */
  takesInstructions: z.boolean().default(false),
  instructions: z.string().optional(),
  /** Kokoro only: the language of the text, where the voice's name does not tell it. */
  langCode: z.string().min(1).optional(),
  /** Kokoro only: times of words, by its own endpoint. */
  wordTimes: z.boolean().default(false),
  /** Asks for server-sent events instead of plain sound, for servers that have them. */
  sse: z.boolean().default(false),
  /** Longest text of one request, in characters; longer ones are spoken in several. */
  maxCharacters: z.int().min(100).default(4_096),
  firstTimeoutMs,
  idleTimeoutMs,
})
export type SpeechTtsOptions = z.infer<typeof speechTtsOptions>
