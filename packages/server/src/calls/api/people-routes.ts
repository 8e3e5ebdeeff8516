/** What people may ask for: not to be called, and to be forgotten. */

import { type CallKey, readPhoneNumber } from '@parley/calls'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, BODY_BYTES, type CallApiParts, problems } from './api-parts.js'
import { phone } from './call-schemas.js'

const listed = z.object({ phone: z.string(), listed: z.boolean() })
const params = z.object({ phone })

export function peopleRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  const { store, guard, config, recordings, epochMs, feed } = parts
  const read = (text: string) => readPhoneNumber(text, config.callCountry)

  async function list(tenant: string, number: string, on: boolean, reason?: string) {
    const order = { tenant, phone: number, on, atMs: epochMs() }
    await store.setDoNotCall({ ...order, ...(reason === undefined ? {} : { reason }) })
    feed.nudge()
    return { phone: number, listed: on }
  }

  async function removeRecordings(tenant: string, callIds: readonly CallKey['id'][]): Promise<void> {
    for (const id of callIds) await recordings?.remove({ tenant, id })
  }

  return async app => {
    app.get(
      '/api/do-not-call/:phone',
      {
        schema: {
          ...about('people', 'Whether a number is not to be called'),
          params,
          response: { 200: listed, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        const number = read(request.params.phone)
        return { phone: number, listed: await store.isDoNotCall(tenant, number) }
      },
    )
    app.put(
      '/api/do-not-call/:phone',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('people', 'Never call a number; calls that wait for it end'),
          params,
          body: z.strictObject({ reason: z.string().max(300).optional() }).nullish(),
          response: { 200: listed, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:write')
        return list(tenant, read(request.params.phone), true, request.body?.reason)
      },
    )
    app.delete(
      '/api/do-not-call/:phone',
      {
        schema: {
          ...about('people', 'A number may be called again'),
          params,
          response: { 200: listed, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:write')
        return list(tenant, read(request.params.phone), false)
      },
    )
    app.post(
      '/api/people/erase',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('people', 'Forget everything about a number: calls, sessions, recordings, leads, letters'),
          description: 'What remains is that it is not to be called. 409 while a call with it is under way.',
          body: z.strictObject({ phone }),
          response: {
            200: z.object({ calls: z.int(), sessions: z.int(), leads: z.int() }),
            ...problems,
          },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:write')
        const number = read(request.body.phone)
        // Recordings first: behind the rows nobody would know any more whose they are.
        const { callIds } = await store.callsOfPerson(tenant, number)
        await removeRecordings(tenant, callIds)
        const erased = await store.erasePerson(tenant, number, epochMs())
        await removeRecordings(tenant, erased.callIds)
        const { calls, sessions, leads } = erased
        return { calls, sessions, leads }
      },
    )
  }
}
