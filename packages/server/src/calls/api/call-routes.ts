/** Calls over HTTP: made, found, cancelled. Another tenant's look exactly like missing ones. */

import { callStatuses, finalStatuses, readTranscript } from '@parley/calls'
import { defined, ParleyError } from '@parley/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, BODY_BYTES, type CallApiParts, callOf, problems } from './api-parts.js'
import {
  callDetailSchema,
  callPageSchema,
  callSchema,
  idParams,
  name,
  newCallSchema,
  page,
  requestKey,
} from './call-schemas.js'
import { placeCall } from './place-call.js'

const listQuery = z.object({
  status: z.enum(callStatuses).optional(),
  campaign: name.optional(),
  lead: name.optional(),
  ...page,
})

export function callRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  const { store, guard, worker, desk, feed, sessions } = parts
  return async app => {
    app.post(
      '/api/calls',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('calls', 'Have somebody called'),
          body: newCallSchema,
          headers: z.object({ 'idempotency-key': requestKey.optional() }),
          response: { 200: callSchema, 201: callSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'calls:write')
        const key = keyOf(request.body.key, request.headers['idempotency-key'])
        const { call, known } = await placeCall(parts, tenant, { ...request.body, key })
        return reply
          .code(known ? 200 : 201)
          .header('location', `/api/calls/${call.id}`)
          .send(callSchema.parse(call))
      },
    )
    app.get(
      '/api/calls',
      {
        schema: {
          ...about('calls', 'Calls, newest first'),
          querystring: listQuery,
          response: { 200: callPageSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        return callPageSchema.parse(await store.listCalls({ tenant, ...defined(request.query) }))
      },
    )
    app.get(
      '/api/calls/:id',
      {
        schema: {
          ...about('calls', 'One call with its attempts, what was said and what came of it'),
          params: idParams,
          querystring: z.object({ transcript: z.stringbool().default(true) }),
          response: { 200: callDetailSchema, ...problems },
        },
      },
      async request => {
        const call = await callOf(parts, request, 'calls:read')
        const outcome = await store.readOutcome(call)
        const talked = request.query.transcript && call.legs.some(leg => leg.sessions.length > 0)
        const transcript = talked ? await readTranscript({ callStore: store, sessions }, call) : undefined
        return callDetailSchema.parse({ ...call, outcome, transcript })
      },
    )
    app.post(
      '/api/calls/:id/cancel',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('calls', 'Do not dial it, or end it'),
          params: idParams,
          body: z.strictObject({ reason: z.string().min(1).max(300).optional() }).nullish(),
          response: { 200: callSchema, ...problems },
        },
      },
      async request => {
        const call = await callOf(parts, request, 'calls:write')
        const reason = request.body?.reason ?? 'cancelled over the API'
        const cancelled = await worker.cancel(call, reason)
        if (cancelled === undefined) {
          if (call.status === 'cancelled') return callSchema.parse(call)
          throw new ParleyError('call_over')
        }
        if (!finalStatuses.includes(cancelled.status)) desk.live(call.id)?.hangUp(reason)
        feed.nudge()
        return callSchema.parse(cancelled)
      },
    )
  }
}

/** @throws ParleyError `bad_message` where body and header differ */
function keyOf(body: string | undefined, header: string | undefined): string | undefined {
  if (body === undefined || header === undefined || body === header) return body ?? header
  throw new ParleyError('bad_message', '`key` and the header Idempotency-Key differ; give one of them.')
}
