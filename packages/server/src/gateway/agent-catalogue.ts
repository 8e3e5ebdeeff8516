import { ParleyError } from '@parley/core'
import { type Agent, loadAgent, type ProviderCatalogue } from '@parley/engines'
import type { Config } from '../config/settings.js'
import { agentFromSettings } from './agent-from-settings.js'
import { shippedFile } from './shipped-file.js'

/** The agents of a gateway: one from a file, one from the settings, or the shipped ones. */
export interface AgentCatalogue {
  readonly agents: readonly Agent[]
  /**
   * The agent a caller asked for by name, else the first that speaks the wanted language, else the first.
   * @throws ParleyError `not_found` for an unknown name; the message lists the known ones.
   */
  choose(name: string | undefined, language: string | undefined): Agent
}

/** Files that come with Parley. */
export const shippedAgents: readonly string[] = ['front-desk.en.yaml', 'recepcion.es.yaml']

/** Reads the agents. @throws ParleyError `bad_agent` naming file, line and cure. */
export async function loadAgents(config: Config, providers: ProviderCatalogue): Promise<AgentCatalogue> {
  return catalogueOf(await readAgents(config, providers))
}

async function readAgents(config: Config, providers: ProviderCatalogue): Promise<readonly Agent[]> {
  if (config.agentFile !== undefined) return [await loadAgent(config.agentFile, providers)]
  const assembled = agentFromSettings(config, providers)
  if (assembled !== undefined) return [assembled]
  return Promise.all(shippedAgents.map(name => loadAgent(shippedFile(name), providers)))
}

export function catalogueOf(agents: readonly Agent[]): AgentCatalogue {
  const [first] = agents
  if (first === undefined) throw new ParleyError('bad_agent', 'There is no agent.')
  return {
    agents,
    choose(name, language) {
      if (name === undefined) return agents.find(agent => speaks(agent, language)) ?? first
      const found = agents.find(({ agent }) => agent === name)
      if (found !== undefined) return found
      const known = agents.map(({ agent }) => agent).join(', ')
      throw new ParleyError('not_found', `There is no agent "${name}"; this gateway has ${known}.`)
    },
  }
}

/** Whether the agent speaks this language, whatever its region. */
export function speaks(agent: Agent, language: string | undefined): language is string {
  return language !== undefined && baseOf(agent.language) === baseOf(language)
}

/** The language without region: `es` of `es-MX`. */
export function baseOf(language: string): string {
  return language.toLowerCase().split('-')[0] ?? language
}
