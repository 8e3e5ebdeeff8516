/**
 * The model that sums an agent's calls up: the one its plan names, else the agent's own. Scripts have none unless their
 * plan names one; then calls are summed up by rules.
 */

import type { Json, LanguageModel } from '@parley/core'
import type { Agent, ProviderCatalogue, ProviderEntry } from '@parley/engines'
import { currentName } from '../gateway/provider-catalogue.js'

/** Undefined where there is none. */
export function afterEntries(
  agent: Agent,
  named: Json | undefined,
  catalogue: ProviderCatalogue,
): readonly ProviderEntry[] | undefined {
  if (named === undefined) {
    const own = agent.llm.filter(({ provider }) => provider !== 'scripted')
    return own.length === 0 ? undefined : own
  }
  const list = Array.isArray(named) ? named : [named]
  return list.map((given: Json) => {
    const entry = (typeof given === 'string' ? { provider: given } : given) as {
      readonly [key: string]: Json
    }
    const { provider: name, ...options } = entry
    const provider = currentName('llm', String(name))
    const defaults = catalogue.defaults('llm', provider, agent.language)
    return { provider, options: { ...defaults, ...options }, place: `${agent.file}: phone.after.llm` }
  })
}

export type ModelOf = (agent: string) => LanguageModel | undefined
