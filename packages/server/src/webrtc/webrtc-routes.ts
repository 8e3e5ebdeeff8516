/**
 * Conversations over WebRTC as a client asks for them over HTTP, in the manner of WHIP (RFC 9725): an offer in, an
 * answer and the place of the call out. What is said then goes over the call itself.
 */
import { ParleyError } from '@parley/core'
import type { Principal } from '@parley/platform'
import { type HelloInput, helloSchema } from '@parley/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from '../http/guard.js'
import { problemBody } from '../http/problems.js'
import { problemSchema } from '../http/session-schemas.js'
import type { ClientIceServer } from './ice-servers.js'
import { readFragment } from './sdp-fragment.js'
import type { Trickled, VoiceCalls } from './voice-calls.js'

export const WEBRTC_PATH = '/v1/webrtc'

export interface WebrtcHttpParts {
  readonly guard: Guard
  readonly calls: VoiceCalls
  readonly iceServersFor: (principal: Principal) => readonly ClientIceServer[]
  /** How long their credentials are good, ms. */
  readonly turnTtlMs: number
}

/** An offer with every candidate of a machine with many networks has a few thousand bytes. */
const BODY_LIMIT_BYTES = 131_072
const FRAGMENT_LIMIT_BYTES = 16_384
const SDP_TYPE = 'application/sdp'
const FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag'

const problems = {
  400: problemSchema,
  401: problemSchema,
  403: problemSchema,
  404: problemSchema,
  413: problemSchema,
  429: problemSchema,
  503: problemSchema,
}
const jsonBody = z.object({ sdp: z.string(), hello: helloSchema.optional() })
const answerSchema = z.union([
  z.string().meta({ description: 'The SDP answer.' }),
  z.object({ type: z.literal('answer'), sdp: z.string() }),
])
const params = z.object({ id: z.string().max(100) })
const iceSchema = z.object({
  iceServers: z.array(
    z.object({ urls: z.string(), username: z.string().optional(), credential: z.string().optional() }),
  ),
  ttlSeconds: z.int().meta({ description: 'How long the credentials are good, in seconds.' }),
})

export function webrtcRoutes({
  guard,
  calls,
  iceServersFor,
  turnTtlMs,
}: WebrtcHttpParts): FastifyPluginAsyncZod {
  const described = { tags: ['webrtc'], security: [{ token: [] }] }

  function begun(request: FastifyRequest, reply: FastifyReply, principal: Principal) {
    const { offerSdp, hello, isJson } = offerOf(request)
    const signal = goneSignal(reply)
    const asked = { offerSdp, principal, signal, ...(hello === undefined ? {} : { hello }) }
    return calls.begin(asked).then(({ id, answer, etag }) => {
      reply.headers({
        location: `${WEBRTC_PATH}/${id}`,
        etag,
        link: iceServersFor(principal).map(linkOf),
        'accept-patch': FRAGMENT_TYPE,
      })
      return isJson ? { type: 'answer' as const, sdp: answer } : answer
    })
  }

  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    for (const type of [SDP_TYPE, FRAGMENT_TYPE])
      app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => done(null, body))

    app.post(
      WEBRTC_PATH,
      {
        bodyLimit: BODY_LIMIT_BYTES,
        schema: {
          summary: 'A conversation over WebRTC: an SDP offer in, its answer out',
          description:
            'Body: the offer as `application/sdp`, or JSON with `sdp` and, if you like, the `hello` of `/v1/voice`. ' +
            'The offer has an audio section with Opus and a data channel named `parley`. `Location` names the call.',
          ...described,
          consumes: [SDP_TYPE, 'application/json'],
          response: { 201: answerSchema, ...problems },
        },
      },
      async (request, reply) => {
        const principal = await guard(request, 'talk')
        const answer = await begun(request, reply, principal)
        return reply
          .code(201)
          .type(typeof answer === 'string' ? SDP_TYPE : 'application/json')
          .send(answer)
      },
    )

    app.patch(
      `${WEBRTC_PATH}/:id`,
      {
        bodyLimit: FRAGMENT_LIMIT_BYTES,
        schema: {
          summary: 'Further ICE candidates of the client',
          description: `Body: \`${FRAGMENT_TYPE}\`, with the \`ETag\` of the call as \`If-Match\`.`,
          ...described,
          consumes: [FRAGMENT_TYPE],
          params,
          response: {
            204: z.null(),
            412: problemSchema,
            422: problemSchema,
            428: problemSchema,
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const principal = await guard(request, 'talk')
        const etag = request.headers['if-match']
        if (!isOfType(request, FRAGMENT_TYPE) || typeof request.body !== 'string')
          throw new ParleyError('bad_message', `Send the candidates as ${FRAGMENT_TYPE}.`)
        if (etag === undefined) return refuse(reply, 428, 'Name the ETag of the call in If-Match.')
        const fragment = readFragment(request.body)
        return answerTrickle(reply, calls.trickle(request.params.id, principal, { ...fragment, etag }))
      },
    )

    app.delete(
      `${WEBRTC_PATH}/:id`,
      {
        schema: {
          summary: 'Ends a conversation over WebRTC',
          ...described,
          params,
          response: { 200: z.object({}), ...problems },
        },
      },
      async request => {
        const principal = await guard(request, 'talk')
        if (!calls.hangUp(request.params.id, principal)) throw noCall()
        return {}
      },
    )

    app.get(
      `${WEBRTC_PATH}/ice`,
      {
        schema: {
          summary: 'STUN and TURN servers, with credentials for this client',
          ...described,
          response: { 200: iceSchema, ...problems },
        },
      },
      async request => {
        const principal = await guard(request, 'talk')
        return { iceServers: [...iceServersFor(principal)], ttlSeconds: Math.floor(turnTtlMs / 1000) }
      },
    )
  }
}

interface AskedCall {
  readonly offerSdp: string
  readonly hello: string | undefined
  readonly isJson: boolean
}

function offerOf(request: FastifyRequest): AskedCall {
  const { body } = request
  if (isOfType(request, SDP_TYPE) && typeof body === 'string')
    return { offerSdp: body, hello: undefined, isJson: false }
  const parsed = jsonBody.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = (issue?.path.join('.') || 'sdp').slice(0, 80)
    throw new ParleyError(
      'bad_message',
      `\`${field}\`: ${issue?.message ?? 'not valid'}. Send the offer as application/sdp, or as JSON with \`sdp\`.`,
    )
  }
  const { sdp, hello } = parsed.data
  return { offerSdp: sdp, hello: hello === undefined ? undefined : writtenHello(hello), isJson: true }
}

function isOfType({ headers }: FastifyRequest, type: string): boolean {
  return headers['content-type']?.toLowerCase().split(';')[0]?.trim() === type
}

function writtenHello(hello: HelloInput): string {
  return JSON.stringify(hello)
}

function answerTrickle(reply: FastifyReply, trickled: Trickled): FastifyReply {
  if (trickled === 'taken') return reply.code(204).send(null)
  if (trickled === 'not-found') throw noCall()
  if (trickled === 'other-session')
    return refuse(reply, 412, 'If-Match names another ICE session than that of this call.')
  if (trickled === 'restart') {
    const cure = 'make a new offer, and go on with `resume` in its hello'
    return refuse(reply, 422, `ICE is not restarted within a call: ${cure}.`)
  }
  return refuse(reply, 413, 'That is more candidates than a call takes.')
}

function refuse(reply: FastifyReply, status: 412 | 413 | 422 | 428, message: string): FastifyReply {
  return reply.code(status).send(problemBody(new ParleyError('conflict', message)))
}

/** As RFC 9725, 4.6, writes them. */
function linkOf({ urls, username, credential }: ClientIceServer): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
  if (username === undefined || credential === undefined) return `<${urls}>; rel="ice-server"`
  return `<${urls}>; rel="ice-server"; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`
}

function noCall(): ParleyError {
  return new ParleyError('not_found', 'There is no such call; it may be over, or be another’s.')
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
