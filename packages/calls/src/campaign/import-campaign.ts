/**
 * A campaign from a CSV file into the store: good rows become leads and their calls, in batches. The same file again makes
 * nothing twice: a call's key is its campaign and number.
 */

import { createHash } from 'node:crypto'
import type { CallId } from '../call.js'
import type { CallStore, NewCall, WholeLead } from '../store/call-store.js'
import { NOT_TO_BE_CALLED } from '../store/do-not-call.js'
import {
  type CampaignRow,
  type ImportState,
  type ReadCampaignOptions,
  readCampaign,
  type WrittenRows,
} from './read-campaign.js'

export interface ImportOptions extends Omit<ReadCampaignOptions, 'write' | 'batchRows'>, WriteRowsOptions {
  /** Nothing is written without it: a dry run. */
  readonly store?: Pick<CallStore, 'createCalls' | 'putLeads'>
}

export interface WriteRowsOptions {
  /** What all calls of it share. */
  readonly call: Omit<NewCall, 'id' | 'key' | 'to' | 'facts' | 'lead' | 'campaign'>
  /** Its id. */
  readonly campaign: string
  /** Of leads that are new; what was made of others stays. */
  readonly leadStatus?: string
  newCallId(): CallId
}

/** @throws ParleyError `bad_message` for a file without a column of phone numbers; `store_…` */
export async function importCampaign(options: ImportOptions): Promise<ImportState> {
  const { store } = options
  const write = async (rows: readonly CampaignRow[]): Promise<WrittenRows> =>
    store ? writeRows(store, options, rows) : { good: rows.length, known: 0, notToBeCalled: 0 }
  return readCampaign({ ...options, write })
}

/** @throws ParleyError `not_found`, `conflict` for a campaign that is unknown or cancelled; `store_…` */
export async function writeRows(
  store: Pick<CallStore, 'createCalls' | 'putLeads'>,
  options: WriteRowsOptions,
  rows: readonly CampaignRow[],
): Promise<WrittenRows> {
  // Before their calls: who dials asks the lead for its clock.
  await store.putLeads(options.call.tenant, leadsOf(options, rows))
  return writeCalls(store, options, rows)
}

async function writeCalls(
  store: Pick<CallStore, 'createCalls'>,
  { call, campaign, newCallId }: WriteRowsOptions,
  rows: readonly CampaignRow[],
): Promise<WrittenRows> {
  const calls = rows.map(({ to, facts }) => {
    const [id, lead] = [newCallId(), leadId(campaign, to)]
    return { ...call, id, key: `${campaign}:${to}`, to, facts, campaign, lead }
  })
  const written = { good: 0, known: 0, notToBeCalled: 0 }
  for (const [index, made] of (await store.createCalls(calls)).entries()) {
    if (made.id !== calls[index]?.id) written.known++
    else if (made.reason === NOT_TO_BE_CALLED) written.notToBeCalled++
    else written.good++
  }
  return written
}

function leadsOf(
  { call, campaign, leadStatus }: WriteRowsOptions,
  rows: readonly CampaignRow[],
): readonly WholeLead[] {
  const status = leadStatus === undefined ? {} : { status: leadStatus }
  return rows.map(({ to: phone, name, timeZone, facts: fields }) => {
    const known = { ...(name === undefined ? {} : { name }), ...(timeZone === undefined ? {} : { timeZone }) }
    return { id: leadId(campaign, phone), phone, fields, atMs: call.atMs, ...status, ...known }
  })
}

/** Of a campaign and a number, so that an import again finds the same lead. */
function leadId(campaign: string, phone: string): string {
  return `lead_${createHash('sha256').update(`${campaign}\n${phone}`).digest('base64url').slice(0, 24)}`
}
