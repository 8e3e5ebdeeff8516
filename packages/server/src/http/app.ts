import fastifySwagger from '@fastify/swagger'
import { ParleyError } from '@parley/core'
import type { PriceList } from '@parley/engines'
import type { Identity, Limits } from '@parley/platform'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Config } from '../config/settings.js'
import { pathOf } from '../door/path-of.js'
import type { Door } from '../door/routes.js'
import type { Health } from '../health/health.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import { findConsole, serveConsole } from './console-page.js'
import { createOriginHook } from './cross-origin.js'
import { createGuard } from './guard.js'
import { metricsRoute } from './metrics-route.js'
import { problemBody, problemOf, retryAfter } from './problems.js'
import { securityHeaders } from './security-headers.js'
import { type SessionReader, sessionRoutes } from './session-routes.js'
import { stateRoutes } from './state-routes.js'

/**
 * The HTTP face of the gateway as one application. It does not listen: `openListeners` gives it its ports, so that
 * several ports serve the very same paths.
 */

export interface HttpParts {
  readonly config: Config
  readonly identity: Identity
  readonly limits: Limits
  readonly metrics: Metrics
  readonly health: Health
  readonly sessions: SessionReader
  readonly door: Pick<Door, 'routes'>
  readonly log: Log
  readonly version: string
  /** What edges answer over HTTP. */
  readonly edgeRoutes?: FastifyPluginAsync
  /** The built console; looked up when absent, `false` for none. */
  readonly consoleFolder?: string | false
}

const BODY_LIMIT_BYTES = 1_048_576

/** Loaded where there is a list: most gateways have none. @throws ParleyError `bad_config` */
async function pricesOf({ pricesFile }: Config): Promise<PriceList | undefined> {
  if (pricesFile === undefined) return undefined
  const { readPriceList } = await import('../gateway/read-price-list.js')
  return readPriceList(pricesFile)
}

export async function createHttp(parts: HttpParts): Promise<FastifyInstance> {
  const { config, log } = parts
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.addHook('onRequest', securityHeaders)
  app.addHook('onRequest', createOriginHook(config.corsOrigins))
  app.setErrorHandler((error: FastifyError, request, reply) =>
    answerProblem(error, { request, reply, log, metrics: parts.metrics }),
  )
  app.setNotFoundHandler(createNotFound(app, parts.door))
  app.addHook('onResponse', async (request, reply) => {
    const facts = { method: request.method, path: loggedPath(request), status: reply.statusCode }
    log.debug({ ...facts, ms: Math.round(reply.elapsedTime) }, 'request')
  })

  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Parley', description: 'HTTP API of a Parley gateway', version: parts.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: jsonSchemaTransform,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register(stateRoutes(parts.health))
  await app.register(metricsRoute(parts.metrics, config.metricsEnabled))
  const prices = await pricesOf(config)
  await app.register(sessionRoutes({ reader: parts.sessions, guard: createGuard(parts), prices }))
  if (parts.edgeRoutes !== undefined) await app.register(parts.edgeRoutes)
  const folder = parts.consoleFolder === false ? undefined : (parts.consoleFolder ?? findConsole())
  await serveConsole(app, { folder, workletDebug: config.workletDebug })
  await app.ready()
  return app
}

/** The secret of a link stands in its path, and is nobody's to read in a log. */
function loggedPath({ raw }: FastifyRequest): string {
  return pathOf(raw).replace(/^(\/api\/shared\/)[^/]+/, '$1…')
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly log: Log
  readonly metrics: Pick<Metrics, 'requestRefusals'>
}

function answerProblem(thrown: unknown, { request, reply, log, metrics }: Exchange): FastifyReply {
  const { status, error } = problemOf(thrown)
  const facts = { method: request.method, path: loggedPath(request), status, reason: error.details.reason }
  metrics.requestRefusals.inc({ reason: error.code })
  if (status >= 500) log.error({ ...facts, err: error.cause ?? error }, 'request failed')
  else log.info({ ...facts, code: error.code }, `request refused: ${error.message}`)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  // A handler's error must not be kept by anyone on the way.
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', ...retryAfter(error) })
    .send(problemBody(error))
}

/** Says what the path is for, where it is for something: a socket, or another method. */
function createNotFound(app: FastifyInstance, door: Pick<Door, 'routes'>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = pathOf(request.raw)
    if (door.routes.has(path)) {
      const error = new ParleyError('bad_message', `${path} is a WebSocket; connect with a WebSocket client.`)
      return reply.code(426).header('upgrade', 'websocket').send(problemBody(error))
    }
    if (app.hasRoute({ method: 'GET', url: path })) {
      const error = new ParleyError('bad_message', `${path} takes GET and HEAD, not ${request.method}.`)
      return reply.code(405).header('allow', 'GET, HEAD, OPTIONS').send(problemBody(error))
    }
    if (app.hasRoute({ method: 'POST', url: path })) {
      const error = new ParleyError('bad_message', `${path} takes POST, not ${request.method}.`)
      return reply.code(405).header('allow', 'POST, OPTIONS').send(problemBody(error))
    }
    const error = new ParleyError(
      'not_found',
      `Nothing at ${path.slice(0, 200)}; see /openapi.json for what there is.`,
    )
    return reply.code(404).send(problemBody(error))
  }
}
