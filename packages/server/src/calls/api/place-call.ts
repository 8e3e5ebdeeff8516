/** From what somebody asks for to a call that is stored: numbers read, agent and caller id chosen, facts gathered. */

import {
  type Call,
  type CallId,
  type CampaignDetail,
  finalStatuses,
  type Lead,
  type NewCall,
  readPhoneNumber,
} from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { z } from 'zod'
import { phonePlanOf } from '../../gateway/phone-plan-of.js'
import type { CallApiParts } from './api-parts.js'
import type { newCallSchema } from './call-schemas.js'

export type CallWish = z.output<typeof newCallSchema>

const MOST_AHEAD_MS = 366 * 86_400_000
const MOST_FACTS_BYTES = 16_384
const USUAL_ATTEMPTS = 3

/** @throws ParleyError `bad_number`, `bad_message`, `not_found`, `forbidden`, `too_large`, `conflict` */
export async function placeCall(
  parts: CallApiParts,
  tenant: string,
  wish: CallWish,
): Promise<{ readonly call: Call; readonly known: boolean }> {
  const { store, agents, numbers, config, ids, epochMs } = parts
  requireCarrier(parts)
  const atMs = epochMs()
  const lead = wish.lead === undefined ? undefined : await readLead(parts, tenant, wish.lead)
  const campaign = wish.campaign === undefined ? undefined : await readCampaign(parts, tenant, wish.campaign)
  const agent = agents.choose(wish.agent ?? campaign?.agent, wish.language)
  const { key, language, priority, maxAttempts } = wish
  const asked: NewCall = {
    id: ids.next('call') as CallId,
    tenant,
    ...(key === undefined ? {} : { key }),
    from: callerId(parts, tenant, wish.from ?? campaign?.from),
    to: readPhoneNumber(wish.to ?? lead?.phone ?? '', config.callCountry),
    agent: agent.agent,
    ...(language === undefined ? {} : { language }),
    ...(lead === undefined ? {} : { lead: lead.id }),
    ...(campaign === undefined ? {} : { campaign: campaign.id }),
    priority,
    notBeforeMs: notBefore(wish.notBefore, atMs),
    maxAttempts: maxAttempts ?? numbers.tenant(tenant).maxAttempts ?? USUAL_ATTEMPTS,
    facts: factsOf(lead, wish.facts),
    record: wish.record ?? (config.recordCalls || phonePlanOf(agent).record),
    atMs,
  }
  const [call] = await store.createCalls([asked])
  if (call === undefined) throw new ParleyError('store_failed', 'The database kept no row of a call.')
  const known = call.id !== asked.id
  if (known && (call.to !== asked.to || call.agent !== asked.agent))
    throw new ParleyError('conflict', `The key was used for another call (${call.id}); take a new one.`)
  if (!finalStatuses.includes(call.status)) await parts.worker.wake(call)
  parts.feed.nudge()
  return { call, known }
}

/** @throws ParleyError `conflict` */
export function requireCarrier({ carrier }: Pick<CallApiParts, 'carrier'>): void {
  if (carrier !== 'none') return
  const message =
    'No carrier is set, so nobody can be called: set the account of one (docs/carriers.md), or ' +
    'PARLEY_CARRIER=emulator to call the phones of the emulator.'
  throw new ParleyError('conflict', message)
}

/**
 * The number that is shown: one of the tenant's own, since it is theirs who are rung back.
 * @throws ParleyError `bad_number`, `bad_message`, `forbidden`
 */
export function callerId(
  { numbers, config }: Pick<CallApiParts, 'numbers' | 'config'>,
  tenant: string,
  asked: string | undefined,
): string {
  const own = numbers.callerId(tenant)
  const from = asked === undefined ? own : readPhoneNumber(asked, config.callCountry)
  if (from === undefined)
    throw new ParleyError('bad_message', 'Give `from`, the number that is shown, or set PARLEY_PHONE_NUMBER.')
  if (from === own || numbers.answers(from).tenant === tenant) return from
  throw new ParleyError(
    'forbidden',
    `The number that ends in ${from.slice(-3)} is not this tenant's to call from; PARLEY_PHONE lists whose each is.`,
  )
}

async function readLead({ store }: CallApiParts, tenant: string, id: string): Promise<Lead> {
  const lead = await store.readLead(tenant, id)
  if (lead !== undefined) return lead
  throw new ParleyError('not_found', 'There is no such lead; make it first, or leave it out.')
}

async function readCampaign({ store }: CallApiParts, tenant: string, id: string): Promise<CampaignDetail> {
  const campaign = await store.readCampaign(tenant, id)
  if (campaign !== undefined) return campaign
  throw new ParleyError('not_found', 'There is no such campaign; make it first, or leave it out.')
}

function notBefore(asked: CallWish['notBefore'], nowMs: number): number {
  const atMs = typeof asked === 'string' ? Date.parse(asked) : (asked ?? nowMs)
  if (atMs <= nowMs + MOST_AHEAD_MS) return Math.max(0, Math.trunc(atMs))
  throw new ParleyError('bad_message', '`notBefore` is more than a year ahead; give milliseconds since 1970.')
}

/** What is known of the lead, and over it what is said of this call. */
function factsOf(lead: Lead | undefined, own: CallWish['facts']): NewCall['facts'] {
  const named = lead?.name === undefined ? {} : { name: lead.name }
  const facts = { ...named, ...lead?.fields, ...own }
  if (Buffer.byteLength(JSON.stringify(facts)) <= MOST_FACTS_BYTES) return facts
  throw new ParleyError(
    'too_large',
    `The facts are more than ${MOST_FACTS_BYTES} bytes; tell the agent less.`,
  )
}
