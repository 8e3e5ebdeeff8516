/**
 * The pages of the Socket.IO edge: its own transport over HTTP, health and metrics as clients of the assistant know them,
 * and the test console.
 */
import type { IncomingMessage } from 'node:http'
import { ParleyError } from '@parley/core'
import { SOCKETIO_PATH, type SocketioServer } from '@parley/transports'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Door } from '../door/routes.js'
import { pageScriptRoutes } from './page-scripts.js'
import { testConsole } from './test-console.js'

export interface SocketioRoutesOptions {
  readonly server: SocketioServer
  readonly door: Pick<Door, 'place'>
  readonly epochMs: () => number
  /** Gives the place of a connection back that was begun with this request, if it was. */
  readonly places: WeakMap<IncomingMessage, () => void>
}

/** Version of these answers, as their readers compare it; not the gateway's. */
const ANSWER_VERSION = '1.0.0'

const healthSchema = z.object({
  status: z.literal('ok'),
  service: z.string(),
  version: z.literal(ANSWER_VERSION),
  socketIO: z.object({ initialized: z.boolean(), connections: z.int() }),
})

const metricsSchema = z.object({
  timestamp: z.string(),
  connections: z.int(),
  sessions: z.object({
    total: z.int(),
    authenticated: z.int(),
    activeCalls: z.int(),
    activeLastMinute: z.int(),
  }),
})

export function socketioRoutes(options: SocketioRoutesOptions): FastifyPluginAsync {
  const { server, epochMs } = options
  return async app => {
    app.get('/api/socket-server/health', { schema: { response: { 200: healthSchema } } }, async () => ({
      status: 'ok' as const,
      service: 'parley',
      version: ANSWER_VERSION,
      socketIO: { initialized: true, connections: server.connections },
    }))
    app.get('/api/socket-server/metrics', { schema: { response: { 200: metricsSchema } } }, async () => ({
      timestamp: new Date(epochMs()).toISOString(),
      connections: server.connections,
      sessions: server.counts(),
    }))
    await app.register(async inner => handOver(inner, options))
    await app.register(testConsole)
    await app.register(pageScriptRoutes())
  }
}

/** Requests of the transport itself, their bodies unread. */
function handOver(app: FastifyInstance, { server, door, places }: SocketioRoutesOptions): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))

  async function pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { raw } = request
    if (isTransport(raw) && !server.knows(raw)) {
      if (new URL(raw.url ?? '/', 'http://localhost').searchParams.has('sid'))
        throw new ParleyError('not_found', 'This connection is over or on another node; connect again.')
      await begin(raw, reply)
    }
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    reply.hijack()
    server.request(raw, reply.raw)
  }

  /** The place is kept by the connection that comes of it, and given back where none does. */
  async function begin(raw: IncomingMessage, reply: FastifyReply): Promise<void> {
    const release = await door.place(raw)
    places.set(raw, release)
    reply.raw.once('close', () => {
      if (places.delete(raw)) release()
    })
  }

  for (const url of [SOCKETIO_PATH, `${SOCKETIO_PATH}/*`])
    app.route({ method: ['GET', 'POST'], url, schema: { hide: true }, handler: pass })
}

/** The script for pages, in the spellings that Socket.IO serves as files; all else begins or continues a connection. */
const script = /^\/socket\.io\/socket\.io(\.msgpack|\.esm)?(\.min)?\.js(\.map)?(?:\?|$)/

function isTransport({ url }: IncomingMessage): boolean {
  return !script.test(url ?? '')
}
