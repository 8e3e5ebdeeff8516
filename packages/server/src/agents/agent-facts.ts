import { type Agent, agentSlots, type ProviderEntry } from '@parley/engines'
import type { AgentFacts } from './desk-contract.js'

/** What a good text comes to, in words for a list. */
export function factsOf(agent: Agent): AgentFacts {
  const filled = agentSlots.filter(slot => agent[slot].length > 0)
  return {
    language: agent.language,
    kind: agent.kind,
    providers: Object.fromEntries(filled.map(slot => [slot, agent[slot].map(titleOf)])),
  }
}

function titleOf({ provider, options }: ProviderEntry): string {
  return typeof options.model === 'string' ? `${provider} ${options.model}` : provider
}
