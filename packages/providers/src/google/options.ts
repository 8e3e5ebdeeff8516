import { z } from 'zod'

const ms = z.int().min(1)

/** Ways to say how something is said; voices of different families take different ones. */
export const prosodyWays = ['ssml', 'numbers', 'rate', 'prompt', 'none'] as const

export type ProsodyWay = (typeof prosodyWays)[number]

export const ttsOptions = z.strictObject({
  /** A voice's name, such as those `voices:list` gives. */
  voice: z.string().min(1),
  /** Voices for further languages, by BCP 47 tag. */
  voices: z.record(z.string(), z.string().min(1)).optional(),
  /** For voices that need one named beside them; they take instructions in words. */
  model: z.string().min(1).optional(),
  sampleRate: z.int().min(8_000).max(48_000).default(24_000),
  /** `LINEAR16` comes with a header, which is taken off. */
  encoding: z.enum(['LINEAR16', 'PCM']).default('LINEAR16'),
  /** Default: what the voice's family is known to take. */
  prosody: z.enum(prosodyWays).optional(),
  /** Asks for the times of words by marks; needs a voice that reads SSML and version `v1beta1`. */
  wordTimes: z.boolean().default(false),
  version: z.enum(['v1', 'v1beta1']).optional(),
  effectsProfile: z.array(z.string()).optional(),
  /** File with the key of a service account. Default: GOOGLE_APPLICATION_CREDENTIALS. Goes before an API key. */
  credentialsFile: z.string().min(1).optional(),
  /** Where tokens come from. Default: what the file says. */
  tokenUrl: z.url().optional(),
  /** Project that pays, where it is not the account's own. */
  quotaProject: z.string().min(1).optional(),
  /** Longest wait for the answer, which comes whole. */
  answerTimeoutMs: ms.default(10_000),
  /** Longest silence while the answer arrives. */
  idleTimeoutMs: ms.default(5_000),
})

export type TtsOptions = z.output<typeof ttsOptions>
