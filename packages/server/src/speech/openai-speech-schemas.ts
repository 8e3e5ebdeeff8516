/** What `POST /v1/audio/speech` takes: the fields of OpenAI, and those that servers of its dialect have beside them. */

import { emotions } from '@parley/core'
import { z } from 'zod'
import { speechRates } from './sound-coder.js'
import { lengthOf } from './speech-order.js'
import { languageTag, voiceName } from './synthesize-schemas.js'

export const MOST_INPUT = 4_096

const wantedInput = `must be a string of 1–${MOST_INPUT} characters`
const wantedForm = 'must be wav, pcm or opus; this gateway makes no mp3, aac or flac'
const wantedSpeed = 'must be a number from 0.25 to 4'

export const openAiSpeechBody = z.object(
  {
    input: z
      .string(wantedInput)
      .refine(text => text !== '' && lengthOf(text) <= MOST_INPUT, wantedInput)
      .meta({ description: `1–${MOST_INPUT} characters.`, minLength: 1, maxLength: MOST_INPUT }),
    model: z
      .string('must be a string')
      .min(1, 'must not be empty')
      .max(200, 'must be the name of a model')
      .meta({
        description:
          'The name of a voice of `GET /api/tts/voices` asks for that one; any other for the first.',
      }),
    voice: z.union([voiceName, z.object({ id: voiceName })], 'must be the name of a voice').meta({
      description:
        'As in `GET /api/tts/voices`. The names of OpenAI stand for the gateway’s own first voice.',
    }),
    instructions: z
      .string('must be a string')
      .max(4_096, 'must be a string of at most 4096 characters')
      .optional()
      .meta({
        description: 'Feelings and styles that voices know are found in it by name, such as `cheerful`.',
      }),
    response_format: z
      .enum(['wav', 'pcm', 'opus'], wantedForm)
      .default('wav')
      .meta({ description: '`pcm`: PCM16, little-endian, mono. `opus`: in Ogg.' }),
    speed: z
      .number(wantedSpeed)
      .min(0.25, wantedSpeed)
      .max(4, wantedSpeed)
      .default(1)
      .meta({ description: '0.25–4; voices go from 0.5 to 2, and no further.' }),
    stream_format: z.enum(['audio', 'sse'], 'must be audio or sse').default('audio'),
    emotion: z.enum(emotions, `must be one of ${emotions.join(', ')}`).optional(),
    language: languageTag.optional(),
    sample_rate: z
      .union(
        speechRates.map(rate => z.literal(rate)),
        `must be one of ${speechRates.join(', ')}`,
      )
      .default(24_000)
      .meta({ description: 'Hz.' }),
  },
  'must be a JSON object',
)

export type OpenAiSpeechBody = z.output<typeof openAiSpeechBody>
