/**
 * Reads agents that were written in the console: as a file is read, under the rules for such texts. Says what is wrong
 * as `parley agent check` does.
 */

import { dirname, join } from 'node:path'
import { ParleyError, type SecretOf } from '@parley/core'
import { type Agent, agentSlots, type ProviderCatalogue, parseAgent, reasonerEntries } from '@parley/engines'
import { vendors } from '@parley/providers'
import { type UnknownWords, unheardPhrases } from '../agent-check/check-agent.js'
import type { Config } from '../config/settings.js'
import { shippedAgents } from '../gateway/agent-catalogue.js'
import { missingKey } from '../gateway/missing-key.js'
import { shippedFile } from '../gateway/shipped-file.js'
import { type AgentGrants, agentGrants } from './agent-grants.js'
import { type AgentProblem, placeIn, problemAt, problemsOf } from './agent-problems.js'
import { refusalsOf } from './agent-rules.js'
import { rememberedUnknownWords } from './unknown-words.js'

export interface AgentText {
  readonly tenant: string
  /** The name under which it is saved. */
  readonly name: string
  readonly yaml: string
}

export interface CheckedAgent {
  /** Undefined where the text has a mistake. */
  readonly agent: Agent | undefined
  readonly problems: readonly AgentProblem[]
}

export interface AgentReader {
  /** @throws ParleyError `bad_agent` as `parseAgent` does, for what the rules refuse, too */
  read(text: AgentText): Agent
  /** Never rejects for what is wrong with the text. */
  check(text: AgentText): Promise<CheckedAgent>
  grantsOf(tenant: string): AgentGrants
}

export interface ReaderParts {
  readonly config: Config
  readonly catalogue: ProviderCatalogue
  readonly secretOf: SecretOf
}

export function createAgentReader({ config, catalogue, secretOf }: ReaderParts): AgentReader {
  const unknownOf = rememberedUnknownWords()
  const grantsOf = (tenant: string) => agentGrants(tenant, config, secretOf)

  function read({ tenant, name, yaml }: AgentText): Agent {
    const parts = { grants: grantsOf(tenant), name, scripts: shippedAgents }
    const rules = (data: unknown) => refusalsOf(data, parts)
    const agent = parseAgent(yaml, fileNameOf(name), { ...catalogue, rules })
    // Scripts that it names stand beside the shipped agents.
    return { ...agent, file: shippedPlace(name) }
  }

  async function check(text: AgentText): Promise<CheckedAgent> {
    try {
      const agent = read(text)
      return { agent, problems: [...missingKeys(agent, config), ...(await unheard(agent, unknownOf))] }
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      if (error.code !== 'bad_agent') throw error
      return { agent: undefined, problems: problemsOf(error, namesOf(text.name)) }
    }
  }

  return { read, check, grantsOf }
}

/** How messages call the text of an agent. */
export function namesOf(name: string): { readonly file: string; readonly hidden: readonly string[] } {
  return { file: fileNameOf(name), hidden: [shippedPlace(name)] }
}

function fileNameOf(name: string): string {
  return `${name}.yaml`
}

function shippedPlace(name: string): string {
  const [first = ''] = shippedAgents
  return join(dirname(shippedFile(first)), fileNameOf(encodeURIComponent(name)))
}

/** An error where nothing of a list is left. */
function missingKeys(agent: Agent, config: Config): readonly AgentProblem[] {
  const lists = [...agentSlots.map(slot => agent[slot]), reasonerEntries(agent)]
  return lists.flatMap(list => {
    const missing = list.flatMap(({ provider, place, options }) => {
      const vendor = vendors.find(({ name }) => name === provider)
      const key = vendor && missingKey(vendor, config, options)
      return key === undefined ? [] : [{ place, text: `${vendor?.title} needs a key; set ${key}` }]
    })
    const level = missing.length === list.length ? ('error' as const) : ('warning' as const)
    return missing.map(({ place, text }) => problemAt(placeIn(place), text, level))
  })
}

async function unheard(agent: Agent, unknownOf: UnknownWords): Promise<readonly AgentProblem[]> {
  const words = await unheardPhrases(agent, unknownOf)
  if (words.length === 0) return []
  const text = `No pronunciation for: ${words.join(', ')}; rephrase them, or this agent takes typed turns only`
  return [problemAt({ line: 1, column: 1 }, text, 'warning')]
}
