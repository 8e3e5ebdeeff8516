import { ParleyError } from '@parley/core'
import { isStorable } from '@parley/platform'
import { sql } from 'kysely'
import type { CallStatus, Campaign } from '../call.js'
import { isE164 } from '../phone-number.js'
import { appendEvents } from './call-events.js'
import type { CampaignDetail } from './call-store.js'
import { rowOf, rowsOf, type Work } from './tenancy.js'

/** Campaigns: one that is paused has its calls wait, one that is cancelled ends those that wait. */

interface CampaignRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly agent: string
  readonly from_number: string
  readonly status: Campaign['status']
  readonly created_at_ms: number
}

function campaignOf(row: CampaignRow): Campaign {
  const { id, tenant, name, agent, status } = row
  return { id, tenant, name, agent, from: row.from_number, status, createdAtMs: row.created_at_ms }
}

export async function upsertCampaign(
  work: Work,
  campaign: Omit<Campaign, 'createdAtMs'>,
  atMs: number,
): Promise<Campaign> {
  const { tenant, id, name, agent, from, status } = campaign
  if (!isE164(from)) {
    throw new ParleyError('bad_number', 'The number to call from is not one; write it as in +15551234567.')
  }
  const row = await rowOf(
    work,
    sql<CampaignRow>`
      insert into parley.campaigns (tenant, id, name, agent, from_number, status, created_at_ms)
      values (${tenant}, ${id}, ${name}, ${agent}, ${from}, ${status}, ${atMs})
      on conflict (tenant, id) do update set name = excluded.name, agent = excluded.agent,
        from_number = excluded.from_number, status = excluded.status
      returning *`,
  )
  if (!row) throw new ParleyError('store_failed', 'The database kept no row of a campaign.')
  if (status === 'cancelled') await cancelWaiting(work, tenant, id, atMs)
  return campaignOf(row)
}

export const CAMPAIGN_CANCELLED = 'the campaign was cancelled'

/** Whoever cancels it meanwhile waits, and then finds the call waiting. */
export async function isCampaignCancelled(
  work: Work,
  call: { readonly tenant: string; readonly campaign: string | null },
): Promise<boolean> {
  if (call.campaign === null) return false
  const row = await rowOf(
    work,
    sql<{ readonly status: string }>`
      select status from parley.campaigns where tenant = ${call.tenant} and id = ${call.campaign} for share`,
  )
  return row?.status === 'cancelled'
}

async function cancelWaiting(work: Work, tenant: string, id: string, atMs: number): Promise<void> {
  const reason = CAMPAIGN_CANCELLED
  const rows = await rowsOf(
    work,
    sql<{ readonly id: string }>`
      update parley.calls set status = 'cancelled', reason = ${reason}, ended_at_ms = ${atMs}, version = version + 1
      where id in (select id from parley.calls where tenant = ${tenant} and campaign = ${id}
          and status in ('scheduled', 'queued') order by id for no key update)
        and status in ('scheduled', 'queued')
      returning id`,
  )
  const data = { status: 'cancelled', reason }
  await appendEvents(
    work,
    rows.map(row => ({ call: row.id, tenant, atMs, kind: 'status', data })),
  )
}

const mostCampaigns = 1000

/** The newest first. */
export async function selectCampaigns(
  work: Work,
  tenant: string,
  id?: string,
): Promise<readonly CampaignDetail[]> {
  if (id !== undefined && !isStorable(id)) return []
  const ofId = id === undefined ? sql`` : sql`and id = ${id}`
  const rows = await rowsOf(
    work,
    sql<CampaignRow>`
      select * from parley.campaigns where tenant = ${tenant} ${ofId}
      order by created_at_ms desc, id desc limit ${mostCampaigns}`,
  )
  const ofCampaign = id === undefined ? sql`is not null` : sql`= ${id}`
  const counts = await rowsOf(
    work,
    sql<{ readonly campaign: string; readonly status: CallStatus; readonly count: number }>`
      select campaign, status, count(*)::integer as count from parley.calls
      where tenant = ${tenant} and campaign ${ofCampaign} group by campaign, status`,
  )
  return rows.map(row => ({
    ...campaignOf(row),
    counts: Object.fromEntries(
      counts.filter(count => count.campaign === row.id).map(count => [count.status, count.count]),
    ),
  }))
}
