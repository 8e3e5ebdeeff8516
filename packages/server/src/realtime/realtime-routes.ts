/**
 * What clients of the OpenAI Realtime API ask over HTTP: client secrets, WebRTC calls, and the list of models, which are
 * the agents here. Answers and errors have that API's shapes.
 */

import { type Json, ParleyError } from '@parley/core'
import type { ClientSecrets, Limits, Principal } from '@parley/platform'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'
import { readForm } from './multipart-form.js'
import { answerAsOpenAi, createVisitorGuard } from './openai-answer.js'
import { badField } from './openai-problem.js'
import type { RealtimeIdentity } from './realtime-identity.js'

export interface RealtimeHttpParts {
  readonly config: Pick<Config, 'trustProxy'>
  readonly limits: Limits
  readonly identity: RealtimeIdentity
  readonly secrets: ClientSecrets
  readonly log: Log
  readonly epochMs: () => number
  /** Names of the agents. */
  readonly models: readonly string[]
  /** The session as it will begin, with everything that was left out. @throws ParleyError `bad_message` by `badField` */
  readSession(given: Json): Json
  /** Undefined where calls over WebRTC are not served. */
  readonly calls: RealtimeCalls | undefined
}

export interface RealtimeCalls {
  /** @throws ParleyError as the door: `overloaded`, `rate_limited`, `draining`, or `bad_message` for the offer */
  begin(call: {
    readonly offer: string
    readonly principal: Principal
    /** Of the client secret, or of the request itself. */
    readonly session: Json | undefined
    /** The client went away before it was answered. */
    readonly signal: AbortSignal
  }): Promise<{ readonly id: string; readonly answer: string }>
  /** False for a call that is not, or belongs to another tenant or subject. */
  hangUp(id: string, principal: Principal): boolean
}

/** An offer with every candidate of a machine with many networks has a few thousand bytes; a session, its tools. */
const BODY_LIMIT_BYTES = 262_144

const secretsBody = z.looseObject({
  expires_after: z
    .strictObject({
      anchor: z.literal('created_at').default('created_at'),
      seconds: z.int().min(10).max(7200).default(600).meta({ description: '10–7200.' }),
    })
    .optional(),
  session: z.json().optional().meta({ description: 'A session of the Realtime API, as a client begins it.' }),
})

const secretSchema = z.object({
  value: z.string().meta({ description: 'The key: `ek_…`.' }),
  expires_at: z.int().meta({ description: 'Seconds since 1970.' }),
  session: z.json(),
})

const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
})
const errors = { 400: errorSchema, 401: errorSchema, 403: errorSchema, 429: errorSchema, 503: errorSchema }

const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
})

export function realtimeRoutes(parts: RealtimeHttpParts): FastifyPluginAsyncZod {
  const { secrets, epochMs } = parts
  const visitorOf = createVisitorGuard(parts)
  const created = Math.floor(epochMs() / 1000)
  const modelOf = (id: string) => ({ id, object: 'model' as const, created, owned_by: 'parley' })
  const described = { tags: ['realtime'], security: [{ token: [] }] }

  return async app => {
    app.setErrorHandler((error: FastifyError, request, reply) =>
      answerAsOpenAi(error, { request, reply, log: parts.log }),
    )
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.addContentTypeParser('application/sdp', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )

    app.post(
      '/v1/realtime/client_secrets',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        schema: {
          summary: 'A short-lived key for a page, as OpenAI makes them',
          ...described,
          body: secretsBody.nullish(),
          response: { 200: secretSchema, ...errors },
        },
      },
      async request => {
        const { principal, bySecret } = await visitorOf(request)
        if (bySecret)
          throw new ParleyError(
            'forbidden',
            'A client secret makes no other; ask with the key of your server.',
          )
        const { expires_after, session: given } = request.body ?? {}
        const session = parts.readSession(given ?? { type: 'realtime' })
        const seconds = expires_after?.seconds ?? 600
        const { value, expiresAt } = await secrets.mint(principal, {
          seconds,
          about: given ?? { type: 'realtime' },
        })
        return { value, expires_at: expiresAt, session: session as z.output<typeof secretSchema>['session'] }
      },
    )

    app.post(
      '/v1/realtime/calls',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        schema: {
          summary: 'A call over WebRTC: an SDP offer in, its answer out',
          description:
            'Body: the offer as `application/sdp`, or `multipart/form-data` with `sdp` and `session`. `Location` names the call.',
          ...described,
          consumes: ['application/sdp', 'multipart/form-data'],
          response: { 201: z.string().meta({ description: 'The SDP answer.' }), 501: errorSchema, ...errors },
        },
      },
      async (request, reply) => {
        const { principal, about } = await visitorOf(request)
        if (parts.calls === undefined) throw noCalls()
        const { offer, session } = await offerOf(request)
        if (session !== undefined) parts.readSession(session)
        const call = { offer, principal, session: session ?? about, signal: goneSignal(reply) }
        const { id, answer: sdp } = await parts.calls.begin(call)
        return reply
          .code(201)
          .headers({ location: `/v1/realtime/calls/${id}` })
          .type('application/sdp')
          .send(sdp)
      },
    )

    app.post(
      '/v1/realtime/calls/:id/hangup',
      {
        schema: {
          summary: 'Ends a call over WebRTC',
          ...described,
          params: z.object({ id: z.string().max(100) }),
          response: { 200: z.object({}), 404: errorSchema, ...errors },
        },
      },
      async request => {
        const { principal } = await visitorOf(request)
        if (parts.calls?.hangUp(request.params.id, principal) !== true)
          throw new ParleyError('not_found', 'There is no such call; it may be over.')
        return {}
      },
    )

    app.get(
      '/v1/models',
      {
        schema: {
          summary: 'The agents, as OpenAI lists models',
          ...described,
          response: { 200: z.object({ object: z.literal('list'), data: z.array(modelSchema) }), ...errors },
        },
      },
      async request => {
        await visitorOf(request)
        return { object: 'list' as const, data: parts.models.map(modelOf) }
      },
    )

    app.get(
      '/v1/models/:id',
      {
        schema: {
          summary: 'One agent, as OpenAI shows a model',
          ...described,
          params: z.object({ id: z.string().max(200) }),
          response: { 200: modelSchema, 404: errorSchema, ...errors },
        },
      },
      async request => {
        await visitorOf(request)
        const { id } = request.params
        if (parts.models.includes(id)) return modelOf(id)
        const message = `The model '${id}' does not exist; this gateway has ${parts.models.join(', ')}.`
        throw new ParleyError('not_found', message, {
          details: { param: 'model', openAiCode: 'model_not_found' },
        })
      },
    )
  }
}

async function offerOf({
  body,
  headers,
}: FastifyRequest): Promise<{ offer: string; session: Json | undefined }> {
  const contentType = headers['content-type'] ?? ''
  if (typeof body === 'string' && /^application\/sdp/i.test(contentType))
    return { offer: body, session: undefined }
  if (!(body instanceof Uint8Array))
    throw new ParleyError(
      'bad_message',
      'Send the offer as application/sdp, or as multipart/form-data with `sdp`.',
    )
  const form = await readForm(body, contentType)
  const offer = form.get('sdp')
  if (offer === undefined)
    throw badField('sdp', 'missing_required_parameter', "Missing required parameter: 'sdp'.")
  const session = form.get('session')
  return { offer, session: session === undefined ? undefined : parsed(session) }
}

/** Aborts when the connection closes before the answer has left. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished)
      gone.abort(new ParleyError('timeout', 'The client went away before its answer.'))
  })
  return gone.signal
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw badField('session', 'invalid_json', "'session' is not JSON.")
  }
}

function noCalls(): ParleyError {
  const message = 'This gateway serves no calls over WebRTC; connect to /v1/realtime with a WebSocket.'
  return new ParleyError('not_found', message, { details: { openAiCode: 'not_implemented', status: 501 } })
}
