/** The door and the errors of everything that clients of OpenAI ask over HTTP. */

import { ParleyError } from '@parley/core'
import { createClientAddress, hasScope, type Limits } from '@parley/platform'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/settings.js'
import { pathOf } from '../door/path-of.js'
import { limited } from '../door/refusals.js'
import { problemOf, retryAfter } from '../http/problems.js'
import type { Log } from '../log/log.js'
import { badField, openAiProblem } from './openai-problem.js'
import type { RealtimeIdentity, RealtimeVisitor } from './realtime-identity.js'

export interface VisitorParts {
  readonly config: Pick<Config, 'trustProxy'>
  readonly limits: Limits
  readonly identity: RealtimeIdentity
}

/** Rate first, because looking keys up costs, then identity and scope. */
export function createVisitorGuard({ config, limits, identity }: VisitorParts) {
  const clientAddress = createClientAddress(config.trustProxy)
  return async ({ raw, headers }: FastifyRequest): Promise<RealtimeVisitor> => {
    const verdict = await limits.request(clientAddress(raw.socket.remoteAddress ?? '', headers))
    if (!verdict.ok) throw limited(verdict.limit, verdict.retryAfterMs)
    const visitor = await identity(raw)
    if (hasScope(visitor.principal, 'talk')) return visitor
    throw new ParleyError('forbidden', 'The token lacks the scope talk.')
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly log: Log
}

export function answerAsOpenAi(thrown: FastifyError, { request, reply, log }: Exchange): FastifyReply {
  const { error, status: known } = problemOf(thrown)
  const { body } = openAiProblem(named(error, thrown))
  const status = error.details.status === 501 ? 501 : known
  const facts = { method: request.method, path: pathOf(request.raw), status, reason: error.details.reason }
  if (status >= 500 && status !== 501) log.error({ ...facts, err: error.cause ?? error }, 'request failed')
  else log.info({ ...facts, code: error.code }, `request refused: ${error.message}`)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(status)
    .type('application/json')
    .headers({ 'cache-control': 'no-store', ...retryAfter(error) })
    .send(body)
}

/** Names the field that the shape of the body refuses, as OpenAI does. */
function named(error: ParleyError, { validation }: FastifyError): ParleyError {
  const [issue] = validation ?? []
  if (issue === undefined) return error
  const param = issue.instancePath.split('/').filter(Boolean).join('.')
  return badField(
    param,
    'invalid_value',
    `Invalid value${param === '' ? '' : ` for '${param}'`}: ${issue.message}.`,
  )
}
