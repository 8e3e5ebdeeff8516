import { Readable } from 'node:stream'
import { ParleyError, type SessionId } from '@parley/core'
import type { PriceList } from '@parley/engines'
import type { Store } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { sessionUsageAnswer } from '../usage/session-usage-answer.js'
import { sessionUsageSchema } from '../usage/usage-schemas.js'
import type { Guard } from './guard.js'
import { exportCsv, exportJson } from './session-export.js'
import { sessionFilterOf, sessionFilterQuery } from './session-query.js'
import { facetsSchema, problemSchema, sessionPageSchema, sessionSchema } from './session-schemas.js'

/** Past and present conversations of the caller's own tenant. Another tenant's look exactly like missing ones. */

export type SessionReader = Pick<Store, 'listSessions' | 'readSession' | 'readUsage' | 'sessionFacets'>

export interface SessionRouteParts {
  readonly reader: SessionReader
  readonly guard: Guard
  /** Undefined: nothing is priced. */
  readonly prices: PriceList | undefined
}

const listQuery = sessionFilterQuery.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(200).optional().meta({ description: '`next` of the page before.' }),
})
const exportQuery = sessionFilterQuery.extend({ format: z.enum(['csv', 'json']).default('csv') })

const problems = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 429: problemSchema }

export function sessionRoutes({ reader, guard, prices }: SessionRouteParts): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/sessions',
      {
        schema: {
          summary: 'Sessions, newest first; all of them, or those that are looked for',
          tags: ['sessions'],
          security: [{ token: [] }],
          querystring: listQuery,
          response: { 200: sessionPageSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        const { limit, before, ...filter } = request.query
        const page = await reader.listSessions({
          ...sessionFilterOf(filter),
          ...{ tenant, limit },
          ...(before === undefined ? {} : { before }),
        })
        return sessionPageSchema.parse(page)
      },
    )
    app.get(
      '/api/sessions/facets',
      {
        schema: {
          summary: 'Agents, edges and languages of the newest sessions',
          tags: ['sessions'],
          security: [{ token: [] }],
          response: { 200: facetsSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        return facetsSchema.parse(await reader.sessionFacets(tenant))
      },
    )
    app.get(
      '/api/sessions/export',
      {
        schema: {
          summary: 'Sessions as a file of CSV or JSON, newest first, at most 10,000',
          tags: ['sessions'],
          security: [{ token: [] }],
          querystring: exportQuery,
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'sessions:read')
        const { format, ...filter } = request.query
        const query = { ...sessionFilterOf(filter), tenant }
        const lines = format === 'csv' ? exportCsv(reader, query) : exportJson(reader, query)
        return reply
          .header('content-disposition', `attachment; filename="conversations.${format}"`)
          .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
          .send(Readable.from(lines))
      },
    )
    app.get(
      '/api/sessions/:id',
      {
        schema: {
          summary: 'One session with its turns, and what it used and cost',
          tags: ['sessions'],
          security: [{ token: [] }],
          params: z.object({ id: z.string().max(100) }),
          response: { 200: sessionSchema, 404: problemSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        const key = { tenant, id: request.params.id as SessionId }
        const found = await reader.readSession(key)
        const used = found && (await reader.readUsage(key))
        if (!used) throw new ParleyError('not_found')
        return sessionSchema.parse({ ...found, usage: sessionUsageAnswer(used, prices) })
      },
    )
    app.get(
      '/api/sessions/:id/usage',
      {
        schema: {
          summary: 'What one session used of its providers so far, and what it cost by the price list',
          tags: ['sessions'],
          security: [{ token: [] }],
          params: z.object({ id: z.string().max(100) }),
          response: { 200: sessionUsageSchema, 404: problemSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        const used = await reader.readUsage({ tenant, id: request.params.id as SessionId })
        if (!used) throw new ParleyError('not_found')
        return sessionUsageAnswer(used, prices)
      },
    )
  }
}
