import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ParleyError } from '@parley/core'
import { loadScript, type Script } from '@parley/engines'

/** The agents of a gateway: one from the configuration, or the shipped ones. */
export interface AgentCatalogue {
  readonly agents: readonly Script[]
  /**
   * The agent a caller asked for by name, else the first that speaks the wanted language, else the first.
   * @throws ParleyError `not_found` for an unknown name; the message lists the known ones.
   */
  choose(name: string | undefined, language: string | undefined): Script
}

const shipped = ['front-desk.en.yaml', 'recepcion.es.yaml']

/** Reads the agent files. @throws ParleyError `bad_agent` naming file, line and cure. */
export async function loadAgents(agentFile: string | undefined): Promise<AgentCatalogue> {
  const files = agentFile === undefined ? shipped.map(shippedFile) : [agentFile]
  const agents = await Promise.all(files.map(file => loadScript(file)))
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

function speaks(agent: Script, language: string | undefined): boolean {
  return language !== undefined && baseOf(agent.language) === baseOf(language)
}

/** The language without region: `es` of `es-MX`. */
export function baseOf(language: string): string {
  return language.toLowerCase().split('-')[0] ?? language
}

/** Shipped agents stand beside the workspace in a checkout, inside the package once it is installed. */
function shippedFile(name: string): string {
  const places = ['../../agents/', '../../../../agents/']
  const found = places.map(place => fileURLToPath(new URL(place + name, import.meta.url))).find(existsSync)
  if (found === undefined)
    throw new ParleyError('bad_agent', `The shipped agent ${name} is missing; reinstall Parley.`)
  return found
}
