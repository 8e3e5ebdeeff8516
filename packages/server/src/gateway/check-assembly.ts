import { ParleyError } from '@parley/core'
import { type Agent, agentSlots } from '@parley/engines'
import { vendors } from '@parley/providers'
import type { Problem } from '../config/resolve.js'
import type { Config } from '../config/settings.js'
import { agentFromSettings } from './agent-from-settings.js'
import { missingKey } from './missing-key.js'
import { createProviderCatalogue } from './provider-catalogue.js'

/**
 * What is wrong with the agent that the settings assemble: providers that are none, models nobody named, keys that are
 * not set. An agent file is read by `parley agent check`.
 */
export function checkAssembly(config: Config): readonly Problem[] {
  if (config.agentFile !== undefined) return []
  try {
    const agent = agentFromSettings(config, createProviderCatalogue(vendors, config))
    return agent === undefined ? [] : keysMissing(agent, config)
  } catch (error) {
    const sentence = ParleyError.from(error).message.replace(/\.$/, '')
    return [
      {
        level: 'error',
        name: 'PARLEY_*_PROVIDER',
        sentence,
        cure: '`parley providers` lists what there is.',
      },
    ]
  }
}

/** An error where nothing of the list is left. */
function keysMissing(agent: Agent, config: Config): readonly Problem[] {
  return agentSlots.flatMap(slot => {
    const missing = agent[slot].flatMap(({ provider, place, options }) => {
      const vendor = vendors.find(({ name }) => name === provider)
      const key = vendor && missingKey(vendor, config, options)
      return key === undefined ? [] : [{ place, key, title: vendor?.title }]
    })
    const level = missing.length === agent[slot].length ? ('error' as const) : ('warning' as const)
    return missing.map(({ place, key, title }) => ({
      level,
      name: place,
      sentence: `${place} names ${title}, which needs a key`,
      cure: `Set ${key}.`,
    }))
  })
}
