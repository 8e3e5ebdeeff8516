/** Letters that could not be delivered: looked at, and sent again. */

import { ParleyError } from '@parley/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, BODY_BYTES, type CallApiParts, problems } from './api-parts.js'
import { epochMs, idParams } from './call-schemas.js'

const letterSchema = z.object({
  id: z.string(),
  kind: z.enum(['webhook', 'lead']),
  target: z.string().meta({ description: 'Without what stands behind `?`.' }),
  body: z.json(),
  atMs: epochMs,
  tries: z.int(),
  problem: z.string().optional(),
})

const lettersSchema = z.object({ letters: z.array(letterSchema) })

export function letterRoutes({ store, guard, epochMs: now }: CallApiParts): FastifyPluginAsyncZod {
  return async app => {
    app.get(
      '/api/letters/dead',
      {
        schema: {
          ...about('letters', 'Letters that were given up, oldest first'),
          querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
          response: { 200: lettersSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        const letters = await store.deadLetters(tenant, request.query.limit)
        const shown = letters.map(letter => ({ ...letter, target: openly(letter.target) }))
        return lettersSchema.parse({ letters: shown })
      },
    )
    app.post(
      '/api/letters/:id/revive',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('letters', 'Send a dead letter again'),
          params: idParams,
          body: z.strictObject({}).nullish(),
          response: { 202: z.object({ id: z.string() }), ...problems },
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'calls:write')
        const { id } = request.params
        if (await store.revive(tenant, id, now())) return reply.code(202).send({ id })
        throw new ParleyError('not_found', 'There is no such dead letter; it may have been sent meanwhile.')
      },
    )
  }
}

/** Addresses carry keys in their query, and the operator's own is not the tenant's to read. */
function openly(target: string): string {
  if (!URL.canParse(target)) return target.split('?')[0] ?? ''
  const { protocol, host, pathname } = new URL(target)
  return `${protocol}//${host}${pathname}`
}
