/** What `parley agent check` says of an agent file: the file itself, the words of its phrases, keys, and who decides. */
import { dirname, resolve } from 'node:path'
import {
  type Agent,
  agentSlots,
  loadAgent,
  loadScript,
  reasonerEntries,
  type Script,
  scriptGrammar,
} from '@parley/engines'
import { findPocketsphinx, knownWords, vendors } from '@parley/providers'
import type { Terminal } from '../cli/terminal.js'
import type { Config } from '../config/settings.js'
import { policyOf } from '../gateway/assemble-reasoner.js'
import { missingKey } from '../gateway/missing-key.js'
import { createProviderCatalogue } from '../gateway/provider-catalogue.js'

/** Reads the file as the gateway would. @throws ParleyError `bad_agent` that names every mistake with its line */
export async function checkAgent(file: string, config: Config, terminal: Terminal): Promise<void> {
  const read = await loadAgent(file, createProviderCatalogue(vendors, config))
  const warn = (line: string) => terminal.print(terminal.paint.warning(line))
  const unheard = await unheardPhrases(read)
  const cure = 'rephrase them, or this agent takes typed turns only'
  if (unheard.length > 0) warn(`No pronunciation for: ${unheard.join(', ')}; ${cure}.`)
  for (const line of missingKeys(read, config)) warn(line)
  for (const line of reasonerLines(read)) terminal.print(line)
  terminal.print(terminal.paint.good(`${file} is good.`))
}

/** Words of its phrases that nobody here can hear, where the embedded recogniser is to hear them. */
export async function unheardPhrases(agent: Agent): Promise<readonly string[]> {
  const words = await Promise.all((await scriptsOf(agent)).map(unheardWords))
  return [...new Set(words.flat())]
}

/** Scripts whose phrases the embedded recogniser is to hear. */
async function scriptsOf(agent: Agent): Promise<readonly Script[]> {
  const embedded = agent.stt.filter(({ provider }) => provider === 'embedded')
  if (agent.kind === 'scripted') return embedded.length > 0 ? [agent.script] : []
  const paths = [...embedded, ...agent.llm].flatMap(({ options }) =>
    typeof options.script === 'string' ? [resolve(dirname(agent.file), options.script)] : [],
  )
  return Promise.all([...new Set(paths)].map(loadScript))
}

/** Words of the agent's phrases that cannot be recognised here; none where nothing is recognised anyway. */
async function unheardWords(script: Script): Promise<readonly string[]> {
  const recogniser = await findPocketsphinx()
  if (!recogniser.available || !/^en(-|$)/i.test(script.language)) return []
  const { unknown } = await knownWords(scriptGrammar(script).words, recogniser.model)
  return unknown
}

/** Who decides, and when. @throws ParleyError `bad_config` when the rules of the house cannot be read. */
function reasonerLines(agent: Agent): readonly string[] {
  const reasoner = agent.kind === 'model' ? agent.reasoner : undefined
  if (agent.kind !== 'model' || reasoner === undefined) return []
  policyOf(agent)
  const models = reasoner.llm.map(({ provider, options }) =>
    typeof options.model === 'string' ? `${provider} ${options.model}` : provider,
  )
  const names = reasoner.rules.map(({ name }) => name).join(', ') || 'none'
  const tool = reasoner.tool ? '; the model may ask by itself' : ''
  return [`Reasoner: ${models.join(' → ')}; rules: ${names}${tool}.`]
}

function missingKeys(agent: Agent, config: Config): readonly string[] {
  const entries = [...agentSlots.flatMap(slot => agent[slot]), ...reasonerEntries(agent)]
  const lines = entries.flatMap(({ provider, place, options }) => {
    const vendor = vendors.find(({ name }) => name === provider)
    const missing = vendor && missingKey(vendor, config, options)
    return missing === undefined ? [] : [`${place}: ${vendor?.title} needs a key; set ${missing}.`]
  })
  return [...new Set(lines)]
}
