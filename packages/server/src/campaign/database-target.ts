/** A campaign's rows written into the database of the settings; a gateway on it dials them by its next sweep. */

import { randomUUID } from 'node:crypto'
import { type CallId, createCallStore, learnSizes, writeRows } from '@parley/calls'
import { ParleyError, systemClock } from '@parley/core'
import { type OpenStore, openStore, type StoreLog } from '@parley/platform'
import { vendors } from '@parley/providers'
import { callerId } from '../calls/api/place-call.js'
import { dialsWith, makeCarriers } from '../calls/make-carriers.js'
import { readPhoneNumbers } from '../calls/phone-numbers.js'
import type { Config } from '../config/settings.js'
import { loadAgents } from '../gateway/agent-catalogue.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import { createProviderCatalogue } from '../gateway/provider-catalogue.js'
import { requireMigrated } from '../require-migrated.js'
import type { CampaignTarget } from './campaign-target.js'

export interface DatabaseTargetOptions {
  readonly config: Config
  /** That of the settings without. */
  readonly tenant?: string
  readonly leadStatus?: string
  readonly log: StoreLog
}

const USUAL_ATTEMPTS = 3

/** @throws ParleyError `bad_config` with what to do while a gateway holds the embedded database; `bad_agent`, `store_…` */
export async function openDatabaseTarget(options: DatabaseTargetOptions): Promise<CampaignTarget> {
  const { config, leadStatus } = options
  const agents = await loadAgents(config, createProviderCatalogue(vendors, config))
  const carriers = makeCarriers(config, { fetch, clock: systemClock, epochMs: Date.now })
  const numbers = await readPhoneNumbers(config, dialsWith(config, carriers) === 'emulator')
  const tenant = options.tenant ?? numbers.answers('').tenant
  const opened = await openOwnStore(options)
  let sized = false
  const store = createCallStore({ database: opened.database, clock: systemClock, epochMs: Date.now })

  return {
    byId: id => store.readCampaign(tenant, id),
    list: () => store.listCampaigns(tenant),
    async begin({ id, name, agent, from }) {
      const chosen = agents.choose(agent, undefined).agent
      const shown = callerId({ numbers, config }, tenant, from)
      return store.putCampaign({ id, tenant, name, agent: chosen, from: shown, status: 'running' })
    },
    async write({ id, agent, from }, rows) {
      const atMs = Date.now()
      const call = {
        ...{ tenant, from, agent, priority: 100, notBeforeMs: atMs, atMs },
        maxAttempts: numbers.tenant(tenant).maxAttempts ?? USUAL_ATTEMPTS,
        record: config.recordCalls || phonePlanOf(agents.choose(agent, undefined)).record,
      }
      const newCallId = () => `call_${randomUUID().replaceAll('-', '')}` as CallId
      const status = leadStatus === undefined ? {} : { leadStatus }
      const written = await writeRows(store, { call, campaign: id, newCallId, ...status }, rows)
      if (!sized) await learnSizes(opened)
      sized = true
      return written
    },
    close: () => opened.close(),
  }
}

async function openOwnStore({ config, log }: DatabaseTargetOptions): Promise<OpenStore> {
  const { databaseUrl, dataDir, port } = config
  const place = databaseUrl === undefined ? { dataDir } : { dataDir, databaseUrl }
  let store: OpenStore
  try {
    store = await openStore({ ...place, clock: systemClock, log, migrate: databaseUrl === undefined })
  } catch (thrown) {
    const error = ParleyError.from(thrown)
    if (error.code !== 'store_locked') throw error
    const message = `A running gateway holds the embedded database; send the file to it, for example with --url http://127.0.0.1:${port}`
    throw new ParleyError('bad_config', message, { cause: thrown })
  }
  try {
    await requireMigrated(store)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
