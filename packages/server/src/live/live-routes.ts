import type { Principal } from '@parley/platform'
import { liveListSchema } from '@parley/protocol'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import { mayEnd, seenBy } from './live-sight.js'
import type { LiveView } from './live-view.js'

/** Conversations that are on, the way to end one, and who is asking. Another tenant's look like missing ones. */

export interface LiveRoutesOptions {
  readonly view: LiveView
  readonly guard: Guard
  readonly epochMs: () => number
  readonly firstTokenTargetMs?: number | undefined
}

const problems = { 401: problemSchema, 403: problemSchema, 429: problemSchema }
const security = [{ token: [] }]

const meSchema = z.object({
  tenant: z.string(),
  subject: z.string(),
  scopes: z.array(z.string()),
  anonymous: z.boolean(),
})

export function liveRoutes({
  view,
  guard,
  epochMs,
  firstTokenTargetMs,
}: LiveRoutesOptions): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/me',
      {
        schema: {
          summary: 'Who the token speaks for, and what it allows',
          tags: ['access'],
          security,
          response: { 200: meSchema, ...problems },
        },
      },
      async request => {
        const { tenant, subject, scopes, anonymous } = await guard(request, [])
        return { tenant, subject, scopes: [...scopes], anonymous }
      },
    )
    app.get(
      '/api/live',
      {
        schema: {
          summary: 'Conversations that are on: one’s own, or the tenant’s with `sessions:watch`',
          tags: ['live'],
          security,
          response: { 200: liveListSchema, ...problems },
        },
      },
      async request => {
        const principal: Principal = await guard(request, ['talk', 'sessions:watch'])
        await view.refresh()
        const target = firstTokenTargetMs === undefined ? {} : { firstTokenTargetMs }
        const { node, shared } = view
        return { node, shared, ...target, nowMs: epochMs(), ...seenBy(principal, view) }
      },
    )
    app.post(
      '/api/sessions/:id/end',
      {
        schema: {
          summary: 'Ends a conversation that is on, at whichever node it is',
          description: 'With `sessions:steer`; one’s own with `talk`. It is ended a moment later.',
          tags: ['live'],
          security,
          params: z.object({ id: z.string().max(100) }),
          response: {
            202: z.object({ session: z.string(), node: z.string() }),
            404: problemSchema,
            503: problemSchema,
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const principal = await guard(request, ['talk', 'sessions:steer'])
        const { id } = request.params
        const node = await view.end(id, entry => mayEnd(entry, principal))
        return reply.code(202).send({ session: id, node })
      },
    )
  }
}
