import { hasScope } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import type { GatewayStatus } from './gateway-status.js'
import { statusSchema } from './status-schemas.js'

const problems = { 401: problemSchema, 403: problemSchema, 429: problemSchema }

/** The state of this node: how it is, for whoever reads conversations; what it is set to and how loaded, for `operator`. */
export function statusRoutes(status: () => Promise<GatewayStatus>, guard: Guard): FastifyPluginAsyncZod {
  return async app => {
    app.get(
      '/api/status',
      {
        schema: {
          summary: 'State, limits and settings of this node',
          tags: ['state'],
          security: [{ token: [] }],
          response: { 200: statusSchema, ...problems },
        },
      },
      async (request, reply) => {
        const principal = await guard(request, 'sessions:read')
        reply.header('cache-control', 'no-store')
        const { operation, ...state } = await status()
        const { tenant, scopes } = principal
        const trusted = hasScope(principal, 'operator')
        return { ...state, tenant, scopes: [...scopes], operation: trusted ? operation : null }
      },
    )
  }
}
