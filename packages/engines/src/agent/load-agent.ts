import { readAgentFile } from '../scripted/read-agent-file.js'
import type { Agent } from './agent.js'
import { parseAgent } from './parse-agent.js'
import type { ProviderCatalogue } from './provider-catalogue.js'

/** Loads and checks an agent file of either kind. Throws `bad_agent` when it cannot be read or has mistakes. */
export async function loadAgent(path: string, providers?: ProviderCatalogue): Promise<Agent> {
  return parseAgent(await readAgentFile(path), path, providers)
}
