import { z } from 'zod'

const ms = z.int().min(1)

/** What both services take. Without credentials the SDK looks where it always does: environment, profile, role. */
const account = {
  /** Default: AWS_REGION, or the profile's. */
  region: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
  credentials: z
    .strictObject({
      accessKeyId: z.string().min(1),
      secretAccessKey: z.string().min(1),
      sessionToken: z.string().min(1).optional(),
    })
    .optional(),
  /** Where the service is, instead of the region's own address. */
  endpoint: z.url().optional(),
}

export type AccountOptions = z.output<z.ZodObject<typeof account>>

export const prosodyParts = ['rate', 'pitch', 'volume'] as const

export const pollyOptions = z
  .strictObject({
    ...account,
    /** A voice's id. It must be one that the engine has. */
    voice: z.string().min(1),
    /** Voices for further languages, by BCP 47 tag. */
    voices: z.record(z.string(), z.string().min(1)).optional(),
    engine: z.enum(['standard', 'neural', 'long-form', 'generative']),
    /** BCP 47 languages that `voice` speaks. Default: any. */
    languages: z.array(z.string().min(2)).optional(),
    /** For voices of two languages. */
    languageCode: z.string().optional(),
    lexicons: z.array(z.string()).optional(),
    sampleRate: z.union([z.literal(8_000), z.literal(16_000)]).default(16_000),
    /** Asks for the times of words with a request of its own, which is billed too. */
    wordTimes: z.boolean().default(false),
    /** What of prosody is sent as SSML. Default: all to standard voices, pace and level to neural ones. */
    prosody: z.array(z.enum(prosodyParts)).optional(),
    /** Sends text and takes sound in one event stream; for the engine `generative`. */
    streaming: z.boolean().default(false),
    /** Longest wait for the first sound. */
    answerTimeoutMs: ms.default(10_000),
    /** Longest silence while sound arrives. */
    idleTimeoutMs: ms.default(5_000),
  })
  .refine(({ streaming, engine }) => !streaming || engine === 'generative', {
    path: ['streaming'],
    message: 'Only the engine generative can be streamed to',
  })
  .refine(({ streaming, wordTimes }) => !streaming || !wordTimes, {
    path: ['wordTimes'],
    message: 'There are no times of words where text is streamed',
  })

export type PollyOptions = z.output<typeof pollyOptions>

export const transcribeOptions = z
  .strictObject({
    ...account,
    /** Transcribe's own code, such as `es-US`. Default: made from the session's language. */
    languageCode: z.string().min(2).optional(),
    /** Codes among which the language is found by itself. */
    identifyLanguages: z.array(z.string().min(2)).min(2).optional(),
    sampleRate: z.int().min(8_000).max(48_000).default(16_000),
    /** Partial results that change less, at the cost of some exactness. */
    stability: z.enum(['low', 'medium', 'high']).optional(),
    vocabulary: z.string().min(1).optional(),
    vocabularyFilter: z.string().min(1).optional(),
    vocabularyFilterMethod: z.enum(['mask', 'remove', 'tag']).optional(),
    languageModel: z.string().min(1).optional(),
    /** Sound sent at once. */
    chunkMs: z.int().min(20).max(1_000).default(100),
    /** Sound before the beginning of speech that is sent with it. */
    leadMs: z.int().min(0).max(2_000).default(200),
    /** Longest wait for the service to answer. */
    connectTimeoutMs: ms.default(10_000),
    /** Longest wait for the last words after the end of speech. */
    finalTimeoutMs: ms.default(5_000),
  })
  .refine(
    ({ languageCode, identifyLanguages }) => languageCode === undefined || identifyLanguages === undefined,
    {
      path: ['identifyLanguages'],
      message: 'Name one language or several to be found, not both',
    },
  )

export type TranscribeOptions = z.output<typeof transcribeOptions>
