/**
 * Vendors whose keys are set and that nobody here asks. A key alone makes no agent, and whoever comes from a system where
 * it did would talk to the agent of the demo without knowing why.
 */

import { type Agent, type AgentSlot, agentSlots } from '@parley/engines'
import { type Vendor, vendors } from '@parley/providers'
import type { Config } from '../config/settings.js'
import { vendorFacts } from './assemble-keys.js'

/** A sentence with its cure; none where every vendor with a key has work. */
export function unusedKeys(config: Config, agents: readonly Agent[]): readonly string[] {
  const names = new Set(agents.flatMap(namedBy))
  // Several vendors of the registry may have one key: OpenAI's protocols.
  const used = vendors.filter(vendor => names.has(vendor.name) || speaks(vendor, config))
  const spent = new Set(used.map(({ key }) => key?.env))
  const idle = vendors.filter(
    vendor => vendorFacts(vendor, config).keys.length > 0 && !spent.has(vendor.key?.env),
  )
  if (idle.length === 0) return []
  const cure = cascadeSlots.flatMap(slot => {
    const first = idle.find(vendor => vendor[slot] !== undefined)
    return first === undefined ? [] : `PARLEY_${slot.toUpperCase()}_PROVIDER=${first.name}`
  })
  const named = [...new Set(idle.map(({ key }) => key?.env))].join(', ')
  return [
    `not used, for no agent names their vendors: ${named}. Set PARLEY_AGENT to a file that does, or for example ${cure.join(' ')}`,
  ]
}

const cascadeSlots = ['stt', 'llm', 'tts'] as const satisfies readonly AgentSlot[]

function namedBy(agent: Agent): readonly string[] {
  const reasoner = agent.kind === 'model' ? (agent.reasoner?.llm ?? []) : []
  return [...agentSlots.flatMap(slot => agent[slot]), ...reasoner].map(({ provider }) => provider)
}

/** Speech over HTTP asks Google without any agent. */
function speaks({ name }: Vendor, { speechVoices }: Config): boolean {
  return name === 'google' && speechVoices.includes('google')
}
