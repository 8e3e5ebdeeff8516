/** Where a campaign's rows go: into the database from here, or to a gateway by its API. Which campaign is decided the same. */

import { createHash } from 'node:crypto'
import type { BadRow, Campaign, CampaignRow, WrittenRows } from '@parley/calls'
import { ParleyError } from '@parley/core'

export interface CampaignTarget {
  byId(id: string): Promise<Campaign | undefined>
  /** All of the tenant, newest first; 1,000 at most. */
  list(): Promise<readonly Campaign[]>
  /** The agent and the number that is shown are the usual ones where they are not wished for. */
  begin(campaign: { readonly id: string } & CampaignWish): Promise<Campaign>
  /** `bad` hears of rows that were refused there; they are counted in what is given back. */
  write(
    campaign: Campaign,
    rows: readonly CampaignRow[],
    bad: (row: BadRow) => void,
  ): Promise<WrittenRows & { readonly bad?: number }>
  close(): Promise<void>
}

export interface CampaignWish {
  /** Its name, or the id of one that is there. */
  readonly name: string
  readonly agent?: string
  /** E.164. */
  readonly from?: string
}

/** The campaign with this id or name, else a new one. @throws ParleyError `bad_config` where it is not as wished for */
export async function chooseCampaign(target: CampaignTarget, wish: CampaignWish): Promise<Campaign> {
  const known = await findCampaign(target, wish.name)
  if (known === undefined) return target.begin({ id: idOf(wish.name), ...wish })
  if (known.status === 'cancelled')
    throw refused(`The campaign ${known.id} was cancelled; begin another one.`)
  for (const [flag, has, wanted] of [
    ['--agent', known.agent, wish.agent],
    ['--from', known.from, wish.from],
  ]) {
    if (wanted === undefined || wanted === has) continue
    throw refused(`The campaign ${known.id} has ${has}; leave ${flag} out, or name another --campaign.`)
  }
  return known
}

async function findCampaign(target: CampaignTarget, name: string): Promise<Campaign | undefined> {
  const known = (await target.byId(name)) ?? (await target.byId(idOf(name)))
  if (known !== undefined) return known
  const [first, second] = (await target.list()).filter(campaign => campaign.name === name)
  if (second === undefined) return first
  throw refused(`Several campaigns are named "${name}"; give the id of one (${first?.id}, ${second.id}, …).`)
}

/** The same for the same name, so that an import again finds its campaign. */
export function idOf(name: string): string {
  if (/^[\w.-]{1,100}$/.test(name)) return name
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.]+/g, '-')
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return [plain.slice(0, 80).replace(/^-+|-+$/g, ''), hash].filter(part => part !== '').join('-')
}

function refused(message: string): ParleyError {
  return new ParleyError('bad_config', message)
}
