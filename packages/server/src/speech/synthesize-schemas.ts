/** What `POST /api/tts/synthesize` takes and answers, as schemas: the source of `/openapi.json`. */

import { speakingStyles } from '@parley/core'
import { z } from 'zod'
import { soundForms, speechRates } from './sound-coder.js'
import { lengthOf } from './speech-order.js'

/** Feelings of the interface; `/v1/audio/speech` takes all that voices know. */
export const speechEmotions = ['low', 'neutral', 'high', 'detached'] as const

export const MOST_CHARACTERS = 5_000

export const wantedText = `must be a string of 1–${MOST_CHARACTERS} characters`
const wantedFlag = 'must be true or false'

const listed = (values: readonly (string | number)[]) => `must be one of ${values.join(', ')}`

/** Of the whole tag: `es`, `es-MX`, `zh-Hans-CN`. */
export const languageTag = z
  .string('must be a BCP 47 language such as es-MX')
  .regex(/^[a-z]{2,8}(-[a-z0-9]{1,8}){0,3}$/i, 'must be a BCP 47 language such as es-MX')

/** A voice's name as it is told by `GET /api/tts/voices`. Some vendors have it in a path: no part is dots alone. */
export const voiceName = z
  .string('must be the name of a voice')
  .regex(/^[\w+][\w+. :-]*(\/[\w+][\w+. :-]*)?$/, 'must be the name of a voice')
  .max(200, 'must be the name of a voice')

const rates = speechRates.map(rate => z.literal(rate))

export const synthesizeBody = z.object(
  {
    text: z
      .string(wantedText)
      .refine(text => text !== '' && lengthOf(text) <= MOST_CHARACTERS, wantedText)
      .meta({
        description: `1–${MOST_CHARACTERS} characters, spoken as they stand: markup is text, too.`,
        minLength: 1,
        maxLength: MOST_CHARACTERS,
      }),
    emotion: z.enum(speechEmotions, listed(speechEmotions)).default('neutral'),
    language: languageTag
      .optional()
      .meta({ description: 'Default: that of the voice named, else of the first agent.' }),
    voice: voiceName.optional().meta({ description: 'One of `GET /api/tts/voices`, such as `flite/rms`.' }),
    speed: z
      .number('must be a number from 0.5 to 2')
      .min(0.5, 'must be a number from 0.5 to 2')
      .max(2, 'must be a number from 0.5 to 2')
      .optional()
      .meta({ description: 'Times the voice’s own pace, 0.5–2.' }),
    style: z.enum(speakingStyles, listed(speakingStyles)).optional(),
    sampleRate: z.union(rates, listed(speechRates)).default(16_000).meta({ description: 'Hz.' }),
    container: z
      .enum(['wav', 'none'], listed(['wav', 'none']))
      .optional()
      .meta({
        description: 'Whether `audio` begins with the header of a WAV (default) or is samples alone.',
      }),
    visemes: z.boolean(wantedFlag).default(false).meta({
      description: 'Adds words, where the voice times them, and shapes of the mouth, each with its times.',
    }),
  },
  'must be a JSON object',
)

export const synthesizeQuery = z.object({
  format: z
    .enum(['json', ...soundForms], listed(['json', ...soundForms]))
    .optional()
    .meta({
      description: 'Anything but `json` is answered with the sound itself. Default: what `Accept` names.',
    }),
  stream: z
    .enum(['0', '1', 'true', 'false'], 'must be 1 or 0')
    .optional()
    .meta({ description: '`1`: the sound itself, sent while it is made. `0`: sent once it is whole.' }),
})

export type SynthesizeBody = z.output<typeof synthesizeBody>
export type SynthesizeQuery = z.output<typeof synthesizeQuery>

const times = z.array(z.number()).optional()

export const spokenSchema = z.object({
  audio: z
    .string()
    .meta({ description: 'Base64 of PCM16, little-endian, mono, behind the header of a WAV.' }),
  format: z.literal('LINEAR16'),
  sampleRate: z.int(),
  container: z.enum(['wav', 'none']).optional().meta({ description: 'Told where it was asked for.' }),
  words: z.array(z.string()).optional(),
  wtimes: times.meta({ description: 'When each word begins, ms.' }),
  wdurations: times,
  visemes: z.array(z.string()).optional().meta({ description: 'The 15 names of the Oculus set.' }),
  vtimes: times.meta({ description: 'When each viseme begins, ms.' }),
  vdurations: times,
})

export const fallbackSchema = z.object({
  text: z.string(),
  fallback: z.literal(true),
  message: z.literal('Using client-side TTS'),
})

export const invalidSchema = z.object({
  errors: z.array(
    z.object({
      type: z.enum(['field', 'request']),
      path: z.string().meta({ description: 'The field that is wrong; empty for the body as a whole.' }),
      msg: z.string(),
      location: z.enum(['body', 'query', 'headers']),
    }),
  ),
})

export type Invalid = z.output<typeof invalidSchema>['errors'][number]

export const voicesSchema = z.object({
  language: z.string().meta({ description: 'What is spoken where a request names no language.' }),
  emotions: z.array(z.string()),
  voices: z.array(
    z.object({
      name: z.string(),
      languages: z.array(z.string()).meta({ description: '`*` stands for any.' }),
      speakers: z
        .array(z.string())
        .meta({ description: 'Named as `voice/speaker`; empty where they are not known.' }),
      sampleRate: z.int().meta({ description: 'Hz, of the sound it makes.' }),
    }),
  ),
})
