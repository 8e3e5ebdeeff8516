/** The caller's own tenant, over HTTP: its name and its policy. */

import type { TenantBook, TenantPolicies } from '@parley/platform'
import { tenantPolicySchema } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'

const tenantSchema = z.object({
  tenant: z.string(),
  name: z.string().optional().meta({ description: 'What people call it.' }),
  policy: tenantPolicySchema,
  updatedBy: z.string().optional(),
  updatedAtMs: z.number().optional().meta({ description: 'Milliseconds since 1970.' }),
  unreadable: z
    .literal(true)
    .optional()
    .meta({ description: 'What is stored cannot be read; until it is written again nothing is recorded.' }),
})

const wishSchema = z.strictObject({
  name: z.string().trim().min(1).max(100).optional(),
  policy: tenantPolicySchema,
})

const problems = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 429: problemSchema }
const about = { tags: ['access'], security: [{ token: [] }] }

export interface TenantRoutesParts {
  readonly book: TenantBook
  readonly policies: Pick<TenantPolicies, 'changed'>
  readonly guard: Guard
}

export function tenantRoutes({ book, policies, guard }: TenantRoutesParts): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/tenant',
      {
        schema: {
          ...about,
          summary: 'The tenant of the token: its name and policy',
          response: { 200: tenantSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'admin')
        return { tenant, ...(await book.read(tenant)) }
      },
    )
    app.put(
      '/api/tenant',
      {
        schema: {
          ...about,
          summary: 'Write the name and policy of the tenant, in the place of those before',
          body: wishSchema,
          response: { 200: tenantSchema, ...problems },
        },
      },
      async request => {
        const { tenant, subject } = await guard(request, 'admin')
        const { name, policy } = request.body
        const written = await book.write(tenant, { policy, ...(name === undefined ? {} : { name }) }, subject)
        policies.changed(tenant)
        return { tenant, ...written }
      },
    )
  }
}
