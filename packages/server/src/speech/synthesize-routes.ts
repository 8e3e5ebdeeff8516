/**
 * `POST /api/tts/synthesize`: a text and a feeling in, speech out, as JSON or as the sound itself; and which voices there
 * are. Where no voice can serve the answer tells the client to speak by itself.
 */

import { ParleyError } from '@parley/core'
import type { Principal } from '@parley/platform'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import { heardParts } from './heard-parts.js'
import { mouthShapes } from './mouth-shapes.js'
import {
  countRefusal,
  noSound,
  type Served,
  type SpeechPlace,
  sendSound,
  serve,
  soundHeaders,
} from './send-sound.js'
import type { SoundForm } from './sound-coder.js'
import type { SpeechLimit } from './speech-limit.js'
import { type SpeechOrder, soundingOf } from './speech-order.js'
import type { SpeechVoices } from './speech-voices.js'
import { spokenAnswer } from './spoken-answer.js'
import { formOf, orderOf } from './synthesize-request.js'
import {
  fallbackSchema,
  type Invalid,
  invalidSchema,
  type SynthesizeBody,
  type SynthesizeQuery,
  speechEmotions,
  spokenSchema,
  synthesizeBody,
  synthesizeQuery,
  voicesSchema,
} from './synthesize-schemas.js'
import { invalidOf, wrong } from './validation-answer.js'
import { wholeSpeech } from './whole-speech.js'

export interface SynthesizeParts extends SpeechPlace {
  readonly guard: Guard
  readonly limit: SpeechLimit
  readonly voices: SpeechVoices
}

/** 5,000 characters, each written as two escapes, and the rest of the body. */
const BODY_LIMIT_BYTES = 131_072

const problems = {
  400: invalidSchema,
  401: problemSchema,
  403: problemSchema,
  429: problemSchema,
  503: problemSchema,
}
const sound = { schema: z.string().meta({ format: 'binary' }) }

export function synthesizeRoutes(parts: SynthesizeParts): FastifyPluginAsyncZod {
  const { guard, limit, metrics, log, resampling } = parts
  const principals = new WeakMap<FastifyRequest, Principal>()

  /** Before the body is read: who may not ask need not send it. */
  async function visit(request: FastifyRequest): Promise<void> {
    const principal = await guard(request, 'talk')
    await limit(request, principal)
    principals.set(request, principal)
  }

  async function speakWhole(order: SpeechOrder, body: SynthesizeBody, reply: FastifyReply) {
    let served: Served | undefined
    // Where there is no voice at all the client was meant to speak: nothing to warn of at each text.
    if (parts.voices.voices.length === 0 || soundingOf(body.text) === 'signs') {
      metrics.request('fallback')
      return fallbackOf(body)
    }
    try {
      served = serve(parts, order, reply.raw)
      const { delivery } = served
      const { sampleRate } = body
      const speech = await wholeSpeech(heardParts({ delivery, sampleRate, resampling }))
      if (speech.samples.length === 0) throw noSound()
      served.settle('spoken')
      reply.headers(soundHeaders(delivery, sampleRate))
      const cues = body.visemes
        ? await mouthShapes(speech, { sampleRate, language: delivery.language })
        : undefined
      return spokenAnswer(speech, { sampleRate, container: body.container, cues })
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      if (!isOfVoices(error)) throw error
      if (served === undefined) metrics.request('fallback')
      else served.settle('fallback')
      log.warn({ err: error }, 'no voice could serve; the client was told to speak by itself')
      return fallbackOf(body)
    }
  }

  async function speakSound(
    order: SpeechOrder,
    body: SynthesizeBody,
    { request, reply, form }: SoundExchange,
  ) {
    const whole = ['0', 'false'].includes(request.query.stream ?? '')
    const wanted = { order, form, sampleRate: body.sampleRate, whole, response: reply.raw }
    const { body: bytes, contentType, headers } = await sendSound(parts, wanted)
    return reply.type(contentType).headers(headers).send(bytes)
  }

  return async app => {
    // Taken as JSON or not at all.
    app.removeContentTypeParser('text/plain')
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.setErrorHandler((error: FastifyError, _request, reply) => {
      const invalid = invalidOf(error) ?? invalidParam(error)
      if (invalid === undefined) {
        countRefusal(error, metrics)
        throw error
      }
      metrics.request('invalid')
      return reply
        .code(400)
        .type('application/json')
        .send(JSON.stringify({ errors: invalid }))
    })

    app.post(
      '/api/tts/synthesize',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        onRequest: visit,
        schema: {
          summary: 'A text as speech',
          description:
            'Answers JSON, or the sound itself where `format`, `stream` or `Accept` (audio/wav, audio/ogg, audio/pcm) ask for it. Where no voice can serve, JSON says `fallback` and sound is refused with 503.',
          tags: ['speech'],
          security: [{ token: [] }],
          body: synthesizeBody,
          querystring: synthesizeQuery,
          response: {
            200: {
              description: 'Speech, or the word that the client is to speak by itself.',
              content: {
                'application/json': { schema: z.union([spokenSchema, fallbackSchema]) },
                'audio/wav': sound,
                'audio/ogg; codecs=opus': sound,
                'audio/pcm': sound,
              },
            },
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const { body } = request
        if (soundingOf(body.text) === 'nothing') throw badText('holds nothing that can be spoken')
        const order = orderOf(body, principals.get(request))
        const form = formOf(request)
        if (form === undefined) return speakWhole(order, body, reply)
        return speakSound(order, body, { request, reply, form })
      },
    )

    app.get(
      '/api/tts/voices',
      {
        schema: {
          summary: 'Voices of speech over HTTP, in the order in which they are tried',
          tags: ['speech'],
          security: [{ token: [] }],
          response: { 200: voicesSchema, 401: problemSchema, 403: problemSchema, 429: problemSchema },
        },
      },
      async request => {
        await guard(request, 'talk')
        return voiceList(parts.voices)
      },
    )
  }
}

interface SoundExchange {
  readonly request: { readonly query: SynthesizeQuery }
  readonly reply: FastifyReply
  readonly form: SoundForm
}

/** No fault of ours or of the request, and nobody went away: a voice that could not. */
function isOfVoices({ code, details }: ParleyError): boolean {
  if (details.gone === true) return false
  return code === 'overloaded' || code === 'timeout' || /^(voice|provider)_/.test(code)
}

function fallbackOf({ text }: SynthesizeBody): z.output<typeof fallbackSchema> {
  return { text, fallback: true, message: 'Using client-side TTS' }
}

function badText(message: string): ParleyError {
  return new ParleyError('bad_message', message, { details: { param: 'text' } })
}

function invalidParam(error: unknown): readonly Invalid[] | undefined {
  if (!(error instanceof ParleyError) || error.code !== 'bad_message') return undefined
  const { param } = error.details
  return typeof param === 'string' ? [wrong('body', param, error.message)] : undefined
}

function voiceList({ language, voices }: SpeechVoices): z.output<typeof voicesSchema> {
  return {
    language,
    emotions: [...speechEmotions],
    voices: voices.map(({ name, voice, speakers }) => ({
      name,
      languages: [...voice.languages],
      speakers: [...speakers],
      sampleRate: voice.sampleRate,
    })),
  }
}
