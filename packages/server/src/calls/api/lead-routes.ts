/** People who may be called, over HTTP. */

import { type NewLead, readPhoneNumber } from '@parley/calls'
import { defined, ParleyError } from '@parley/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, BODY_BYTES, type CallApiParts, problems } from './api-parts.js'
import { epochMs, fields, idParams, name, next, page, phone, storedFields } from './call-schemas.js'

const newLead = z.strictObject({
  phone,
  name: name.optional(),
  status: name.optional().meta({ description: '`new` without.' }),
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, 'It is no time zone; write it as in Europe/Madrid.')
    .optional()
    .meta({ description: 'IANA, as `Europe/Madrid`; that of the number’s country without.' }),
  fields: fields.optional().meta({ description: 'Replaced as a whole.' }),
})

const leadSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  phone: z.string(),
  name: z.string().optional(),
  status: z.string(),
  timeZone: z.string().optional(),
  fields: storedFields,
  lastCall: z.string().optional(),
  updatedAtMs: epochMs,
  version: z.int(),
})

export function leadRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  const { store, guard, config, ids } = parts

  async function put(tenant: string, id: string, lead: z.output<typeof newLead>) {
    const { phone: number, ...rest } = defined(lead)
    const order: NewLead = {
      ...{ id, tenant, ...rest },
      phone: readPhoneNumber(number, config.callCountry),
      atMs: parts.epochMs(),
    }
    return leadSchema.parse(await store.putLead(order))
  }

  return async app => {
    app.post(
      '/api/leads',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('leads', 'A new lead, whose id is made up here'),
          body: newLead,
          response: { 201: leadSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'calls:write')
        return reply.code(201).send(await put(tenant, ids.next('lead'), request.body))
      },
    )
    app.put(
      '/api/leads/:id',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('leads', 'Make a lead, or change what is given of it'),
          params: idParams,
          body: newLead,
          response: { 200: leadSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:write')
        return put(tenant, request.params.id, request.body)
      },
    )
    app.get(
      '/api/leads/:id',
      {
        schema: {
          ...about('leads', 'One lead'),
          params: idParams,
          response: { 200: leadSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        const lead = await store.readLead(tenant, request.params.id)
        if (lead === undefined) throw new ParleyError('not_found', 'There is no such lead.')
        return leadSchema.parse(lead)
      },
    )
    app.get(
      '/api/leads',
      {
        schema: {
          ...about('leads', 'Leads, newest first'),
          querystring: z.object({ status: name.optional(), phone: phone.optional(), ...page }),
          response: { 200: z.object({ leads: z.array(leadSchema), next }), ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        const { phone: number, ...query } = defined(request.query)
        const ofPhone = number === undefined ? {} : { phone: readPhoneNumber(number, config.callCountry) }
        const { leads, next: mark } = await store.listLeads({ tenant, ...query, ...ofPhone })
        return { leads: leads.map(lead => leadSchema.parse(lead)), next: mark }
      },
    )
  }
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}
