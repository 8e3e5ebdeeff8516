/**
 * A campaign's rows sent to a running gateway, whose API writes them. They go in pieces that it takes whole; one that it
 * has no room for is sent again, which makes nothing twice.
 */

import type { BadRow, Campaign, CampaignRow, ImportState, WrittenRows } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { CampaignTarget } from './campaign-target.js'
import { type GatewayOptions, openGateway } from './gateway-client.js'
import { csvOf, endLines, piecesOf } from './rows-as-csv.js'

export interface GatewayTargetOptions extends GatewayOptions {
  readonly leadStatus?: string
}

/** One line of what an import answers. */
interface ImportLine {
  readonly bad?: BadRow
  readonly done?: ImportState
  readonly error?: { readonly message?: string }
}

export function openGatewayTarget(options: GatewayTargetOptions): CampaignTarget {
  const gateway = openGateway(options)
  const query =
    options.leadStatus === undefined ? '' : `?${new URLSearchParams({ leadStatus: options.leadStatus })}`

  async function send(
    { id }: Campaign,
    rows: readonly CampaignRow[],
    bad: (row: BadRow) => void,
  ): Promise<Required<WrittenRows>> {
    const path = `/api/campaigns/${encodeURIComponent(id)}/import${query}`
    const text = await gateway.ask(path, { type: 'text/csv', body: csvOf(rows) })
    const ends = endLines(rows)
    let done: ImportState | undefined
    for (const line of text.split('\n')) {
      if (line === '') continue
      const told = JSON.parse(line) as ImportLine
      if (told.error) throw new ParleyError('store_failed', `The gateway broke off: ${told.error.message}`)
      done = told.done ?? done
      if (told.bad === undefined) continue
      const { line: sent } = told.bad
      const row = rows[ends.findIndex(end => end >= sent)]
      bad({ ...told.bad, line: row?.line ?? sent })
    }
    if (done === undefined)
      throw new ParleyError('store_failed', 'The gateway broke off; send the file again.')
    return { good: done.good, known: done.known, notToBeCalled: done.notToBeCalled, bad: done.bad }
  }

  return {
    byId: id => gateway.find<Campaign>(`/api/campaigns/${encodeURIComponent(id)}`),
    async list() {
      return (await gateway.read<{ readonly campaigns: readonly Campaign[] }>('/api/campaigns')).campaigns
    },
    async begin(campaign) {
      const body = JSON.stringify(campaign)
      return JSON.parse(await gateway.ask('/api/campaigns', { type: 'application/json', body })) as Campaign
    },
    async write(campaign, rows, bad) {
      const sum = { good: 0, known: 0, notToBeCalled: 0, bad: 0 }
      for (const piece of piecesOf(rows)) {
        const written = await send(campaign, piece, bad)
        sum.good += written.good
        sum.known += written.known
        sum.notToBeCalled += written.notToBeCalled
        sum.bad += written.bad
      }
      return sum
    },
    close: async () => {},
  }
}
