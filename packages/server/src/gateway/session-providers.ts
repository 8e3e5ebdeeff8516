/** Who is to hear, think and speak in a conversation, as its row keeps it: of each slot's list the first that can serve. */

import { type Agent, agentSlots } from '@parley/engines'
import type { SessionProviders } from '@parley/platform'
import { vendors } from '@parley/providers'
import type { Config } from '../config/settings.js'
import { missingKey } from './missing-key.js'

export function providersOf(agent: Agent, config: Config): SessionProviders {
  const named = agentSlots.flatMap(slot => {
    const entry = agent[slot].find(({ provider, options }) => {
      const vendor = vendors.find(({ name }) => name === provider)
      return vendor === undefined || missingKey(vendor, config, options) === undefined
    })
    if (entry === undefined) return []
    const { provider, options } = entry
    const model = typeof options.model === 'string' ? { model: options.model } : {}
    return [[slot, { provider, ...model }] as const]
  })
  return Object.fromEntries(named)
}
