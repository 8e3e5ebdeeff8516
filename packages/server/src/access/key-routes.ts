/** Keys of the caller's own tenant, over HTTP: made, seen, taken back. Another tenant's look exactly like missing ones. */

import { defined, ParleyError } from '@parley/core'
import { type ApiKey, type ApiKeys, scopes } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'

const LONGEST_LIFE_S = 10 * 366 * 86_400

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  createdBy: z.string().meta({ description: 'The subject that made it.' }),
  createdAtMs: z.number().meta({ description: 'Milliseconds since 1970.' }),
  expiresAtMs: z.number().optional(),
  lastUsedAtMs: z.number().optional().meta({ description: 'To the minute; absent if never.' }),
  state: z.enum(['in-force', 'expired', 'revoked']),
})

const wishSchema = z.strictObject({
  name: z.string().trim().min(1).max(100).meta({ description: 'What people call it.' }),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  expiresInS: z
    .int()
    .min(60)
    .max(LONGEST_LIFE_S)
    .optional()
    .meta({ description: 'Seconds from now; without it the key lives until it is revoked.' }),
})

const problems = {
  400: problemSchema,
  401: problemSchema,
  403: problemSchema,
  409: problemSchema,
  429: problemSchema,
}

const about = { tags: ['access'], security: [{ token: [] }] }

export interface KeyRoutesParts {
  readonly keys: ApiKeys
  readonly guard: Guard
  readonly epochMs: () => number
}

export function keyRoutes({ keys, guard, epochMs }: KeyRoutesParts): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/keys',
      {
        schema: {
          ...about,
          summary: 'Keys of the tenant, those in force first',
          response: { 200: z.object({ keys: z.array(keySchema) }), ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'admin')
        return { keys: (await keys.list(tenant)).map(key => told(key, epochMs())) }
      },
    )
    app.post(
      '/api/keys',
      {
        schema: {
          ...about,
          summary: 'A new key; its token is told this once',
          body: wishSchema,
          response: { 201: keySchema.extend({ token: z.string() }), ...problems },
        },
      },
      async (request, reply) => {
        const maker = await guard(request, 'admin')
        const { expiresInS, ...wish } = request.body
        const expiresAtMs = expiresInS === undefined ? undefined : epochMs() + expiresInS * 1000
        const { key, token } = await keys.make(maker, { ...wish, ...defined({ expiresAtMs }) })
        return reply.code(201).send({ ...told(key, epochMs()), token })
      },
    )
    app.delete(
      '/api/keys/:id',
      {
        schema: {
          ...about,
          summary: 'Revoke a key; twice is fine',
          params: z.object({ id: z.string().max(100) }),
          response: { 204: z.null(), 404: problemSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { tenant, subject } = await guard(request, 'admin')
        const { id } = request.params
        if (subject === `key:${id}`)
          throw new ParleyError('conflict', 'A key cannot revoke itself; use another one.')
        await keys.revoke(tenant, id)
        return reply.code(204).send(null)
      },
    )
  }
}

function told({ tenant: _, revokedAtMs, ...key }: ApiKey, nowMs: number): z.output<typeof keySchema> {
  const over = key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs
  const state = revokedAtMs !== undefined ? 'revoked' : over ? 'expired' : 'in-force'
  return { ...key, scopes: [...key.scopes], state }
}
