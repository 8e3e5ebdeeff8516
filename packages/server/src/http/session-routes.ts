import { ParleyError, type SessionId } from '@parley/core'
import type { Store } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from './guard.js'
import { problemSchema, sessionPageSchema, sessionSchema } from './session-schemas.js'

/** Past and present conversations of the caller's own tenant. Another tenant's look exactly like missing ones. */

export type SessionReader = Pick<Store, 'listSessions' | 'readSession'>

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(200).optional().meta({ description: '`next` of the page before.' }),
})

const problems = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 429: problemSchema }

export function sessionRoutes(reader: SessionReader, guard: Guard): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/sessions',
      {
        schema: {
          summary: 'Sessions, newest first',
          tags: ['sessions'],
          security: [{ token: [] }],
          querystring: listQuery,
          response: { 200: sessionPageSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        const { limit, before } = request.query
        const page = await reader.listSessions({ tenant, limit, ...(before === undefined ? {} : { before }) })
        return { ...page, sessions: [...page.sessions] }
      },
    )
    app.get(
      '/api/sessions/:id',
      {
        schema: {
          summary: 'One session with its turns',
          tags: ['sessions'],
          security: [{ token: [] }],
          params: z.object({ id: z.string().max(100) }),
          response: { 200: sessionSchema, 404: problemSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        const found = await reader.readSession({ tenant, id: request.params.id as SessionId })
        if (!found) throw new ParleyError('not_found')
        return sessionSchema.parse(found)
      },
    )
  }
}
