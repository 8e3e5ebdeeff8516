/** Campaigns over HTTP: calls that are paused, resumed and cancelled together. */

import { type CampaignDetail, callStatuses } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, BODY_BYTES, type CallApiParts, problems } from './api-parts.js'
import { epochMs, idParams, name, phone } from './call-schemas.js'
import { callerId } from './place-call.js'

const newCampaign = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'Ids are 1–100 letters, digits, . - and _.')
    .optional()
    .meta({ description: 'Made up here without; the same again gives the campaign made then.' }),
  name,
  agent: name.optional(),
  from: phone.optional(),
})

const campaignSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  agent: z.string(),
  from: z.string(),
  status: z.enum(['running', 'paused', 'cancelled']),
  createdAtMs: epochMs,
  counts: z.partialRecord(z.enum(callStatuses), z.int()).meta({ description: 'Its calls by status.' }),
})

const steps = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const

/** @throws ParleyError `not_found`, also for another tenant's */
export async function campaignOf(
  { store }: Pick<CallApiParts, 'store'>,
  tenant: string,
  id: string,
): Promise<CampaignDetail> {
  const campaign = await store.readCampaign(tenant, id)
  if (campaign !== undefined) return campaign
  throw new ParleyError('not_found', 'There is no such campaign.')
}

export function campaignRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  const { store, guard, agents, ids, feed } = parts

  /** The same again is no fault; another with its id is. */
  async function make(tenant: string, wish: z.output<typeof newCampaign>) {
    const { agent } = agents.choose(wish.agent, undefined)
    const asked = { name: wish.name, agent, from: callerId(parts, tenant, wish.from) }
    const known = wish.id === undefined ? undefined : await store.readCampaign(tenant, wish.id)
    if (known === undefined) {
      const id = wish.id ?? ids.next('cmp')
      const made = await store.putCampaign({ id, tenant, ...asked, status: 'running' })
      return { campaign: { ...made, counts: {} }, known: false }
    }
    if (known.name === asked.name && known.agent === asked.agent && known.from === asked.from)
      return { campaign: known, known: true }
    throw new ParleyError('conflict', 'There is another campaign with this id; take a new one.')
  }

  return async app => {
    app.post(
      '/api/campaigns',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('campaigns', 'Begin a campaign; it runs'),
          body: newCampaign,
          response: { 200: campaignSchema, 201: campaignSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'calls:write')
        const { campaign, known } = await make(tenant, request.body)
        return reply.code(known ? 200 : 201).send(campaign)
      },
    )
    app.get(
      '/api/campaigns',
      {
        schema: {
          ...about('campaigns', 'Campaigns, newest first; 1,000 at most'),
          response: { 200: z.object({ campaigns: z.array(campaignSchema) }), ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        return { campaigns: [...(await store.listCampaigns(tenant))] }
      },
    )
    app.get(
      '/api/campaigns/:id',
      {
        schema: {
          ...about('campaigns', 'One campaign, and how far it is'),
          params: idParams,
          response: { 200: campaignSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:read')
        return campaignOf(parts, tenant, request.params.id)
      },
    )
    app.post(
      '/api/campaigns/:id/:step',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('campaigns', 'Have its calls wait, go on, or end'),
          description: 'Calls under way are talked to their end. What was cancelled cannot go on.',
          params: idParams.extend({ step: z.enum(['pause', 'resume', 'cancel']) }),
          body: z.strictObject({}).nullish(),
          response: { 200: campaignSchema, ...problems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'calls:write')
        const { id, step } = request.params
        const { counts: _, createdAtMs: __, ...campaign } = await campaignOf(parts, tenant, id)
        const status = steps[step]
        if (campaign.status === 'cancelled' && status !== 'cancelled')
          throw new ParleyError('conflict', 'The campaign was cancelled; begin another one.')
        if (campaign.status !== status) await store.putCampaign({ ...campaign, status })
        feed.nudge()
        return campaignOf(parts, tenant, id)
      },
    )
  }
}
