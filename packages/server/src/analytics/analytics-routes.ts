import { defined } from '@parley/core'
import type { PriceList } from '@parley/engines'
import type { Analytics } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../config/settings.js'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import { analyticsQuery, analyticsSchema } from './analytics-schemas.js'
import { answerOf } from './answer-of.js'
import { csvOf, tableNames, tableOf } from './tables.js'

/** Figures of the caller's own tenant, counted when they are asked for. */

export interface AnalyticsRouteParts {
  readonly analytics: Analytics
  readonly guard: Guard
  readonly config: Pick<Config, 'targetFirstTokenMs' | 'targetBargeInMs'>
  /** Undefined: nothing is priced. */
  readonly prices: PriceList | undefined
}

const problems = {
  400: problemSchema,
  401: problemSchema,
  403: problemSchema,
  413: problemSchema,
  429: problemSchema,
  503: problemSchema,
}

export function analyticsRoutes({ analytics, guard, ...ours }: AnalyticsRouteParts): FastifyPluginAsyncZod {
  async function answer(tenant: string, query: z.infer<typeof analyticsQuery>) {
    const { from: fromMs, until: untilMs, tz: timeZone, bucket, agent, edge, language } = query
    const asked = { tenant, fromMs, untilMs, timeZone, bucket, ...defined({ agent, edge, language }) }
    return answerOf(await analytics.report(asked), ours)
  }

  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/analytics',
      {
        schema: {
          summary: 'Figures of conversations: how many, how long, how fast, how they ended, what they cost',
          tags: ['sessions'],
          security: [{ token: [] }],
          querystring: analyticsQuery,
          response: { 200: analyticsSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'sessions:read')
        return answer(tenant, request.query)
      },
    )
    app.get(
      '/api/analytics/:table',
      {
        schema: {
          summary: 'One table of the figures as CSV',
          tags: ['sessions'],
          security: [{ token: [] }],
          params: z.object({ table: z.enum(tableNames) }),
          querystring: analyticsQuery,
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'sessions:read')
        const { table } = request.params
        const text = csvOf(tableOf(table, await answer(tenant, request.query)))
        return reply
          .header('content-disposition', `attachment; filename="parley-${table}.csv"`)
          .type('text/csv; charset=utf-8')
          .send(text)
      },
    )
  }
}
