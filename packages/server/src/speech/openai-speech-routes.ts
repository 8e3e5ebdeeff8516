/**
 * `POST /v1/audio/speech` as clients of OpenAI ask it, streamed while it is made. `mp3`, which OpenAI gives by default, is
 * not made here: a request that names no format gets WAV.
 */

import { Readable } from 'node:stream'
import { ParleyError } from '@parley/core'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answerAsOpenAi, createVisitorGuard, type VisitorParts } from '../realtime/openai-answer.js'
import { badField } from '../realtime/openai-problem.js'
import type { RealtimeVisitor } from '../realtime/realtime-identity.js'
import { expressionOf } from './openai-expression.js'
import { type OpenAiSpeechBody, openAiSpeechBody } from './openai-speech-schemas.js'
import { countRefusal, type SentSound, type SpeechPlace, sendSound } from './send-sound.js'
import type { SpeechLimit } from './speech-limit.js'
import { readableText, type SpeechOrder, soundingOf } from './speech-order.js'
import type { SpeechVoices } from './speech-voices.js'

export interface OpenAiSpeechParts extends SpeechPlace, VisitorParts {
  readonly limit: SpeechLimit
  readonly voices: SpeechVoices
}

const BODY_LIMIT_BYTES = 131_072

/** What SDKs and examples ask for; nobody here has them, and the first voice speaks instead. */
const theirs: readonly string[] = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'fable',
  'marin',
  'nova',
  'onyx',
  'sage',
  'shimmer',
  'verse',
]

const errorSchema = z.object({
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
})
const errors = {
  400: errorSchema,
  401: errorSchema,
  403: errorSchema,
  413: errorSchema,
  429: errorSchema,
  503: errorSchema,
}
const sound = { schema: z.string().meta({ format: 'binary' }) }

export function openAiSpeechRoutes(parts: OpenAiSpeechParts): FastifyPluginAsyncZod {
  const { metrics, limit, log, voices } = parts
  const visitorOf = createVisitorGuard(parts)
  const visitors = new WeakMap<FastifyRequest, RealtimeVisitor>()

  async function visit(request: FastifyRequest): Promise<void> {
    const visitor = await visitorOf(request)
    if (visitor.bySecret)
      throw new ParleyError('forbidden', 'A client secret is for /v1/realtime alone; ask from your server.')
    await limit(request, visitor.principal)
    visitors.set(request, visitor)
  }

  function orderOf(body: OpenAiSpeechBody, visitor: RealtimeVisitor | undefined): SpeechOrder {
    if (visitor === undefined) throw new ParleyError('internal')
    if (soundingOf(body.input) !== 'words')
      throw badField('input', 'invalid_value', "'input' holds nothing that can be spoken.")
    return {
      text: readableText(body.input),
      tenant: visitor.principal.tenant,
      language: body.language,
      voice: voiceOf(body, voices),
      expression: expressionOf(body),
    }
  }

  return async app => {
    app.setErrorHandler((error: FastifyError, request, reply) => {
      if (error.validation !== undefined || error.code === 'bad_message') metrics.request('invalid')
      else countRefusal(error, metrics)
      return answerAsOpenAi(error, { request, reply, log })
    })
    app.post(
      '/v1/audio/speech',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        onRequest: visit,
        schema: {
          summary: 'A text as speech, as OpenAI makes it',
          tags: ['speech'],
          security: [{ token: [] }],
          body: openAiSpeechBody,
          response: {
            200: {
              description: 'The sound, sent while it is made; with `stream_format: sse` as events.',
              content: {
                'audio/wav': sound,
                'audio/pcm': sound,
                'audio/ogg; codecs=opus': sound,
                'text/event-stream': sound,
              },
            },
            ...errors,
          },
        },
      },
      async (request, reply) => {
        const { body } = request
        const order = orderOf(body, visitors.get(request))
        const form = body.response_format === 'opus' ? 'ogg' : body.response_format
        const sent = await sendSound(parts, {
          ...{ order, form, whole: false },
          sampleRate: body.sample_rate,
          response: reply.raw,
        })
        return send(reply, sent, body.stream_format)
      },
    )
  }
}

/** `model: flite`, `voice: rms` is `flite/rms`. */
function voiceOf({ model, voice }: OpenAiSpeechBody, { voices }: SpeechVoices): string | undefined {
  const wanted = typeof voice === 'string' ? voice : voice.id
  const maker = voices.find(({ name }) => name === model)
  const isTheirs = theirs.includes(wanted) && !voices.some(({ speakers }) => speakers.includes(wanted))
  if (maker === undefined) return isTheirs ? undefined : wanted
  if (wanted.includes('/')) return wanted
  return isTheirs || wanted === maker.name ? maker.name : `${maker.name}/${wanted}`
}

function send(reply: FastifyReply, { body, contentType, headers }: SentSound, as: 'audio' | 'sse') {
  reply.headers({ ...headers, 'cache-control': 'no-store' })
  if (as === 'audio') return reply.type(contentType).send(body)
  return reply.type('text/event-stream').send(Readable.from(asEvents(body), { objectMode: false }))
}

/** Tokens are OpenAI's measure; none are counted here. */
const nothingUsed = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }

async function* asEvents(body: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<string> {
  const pieces = body instanceof Uint8Array ? [body] : body
  for await (const piece of pieces) {
    const audio = Buffer.from(piece).toString('base64')
    yield `data: ${JSON.stringify({ type: 'speech.audio.delta', audio })}\n\n`
  }
  yield `data: ${JSON.stringify({ type: 'speech.audio.done', usage: nothingUsed })}\n\n`
}
