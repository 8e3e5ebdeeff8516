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
  const unheard = await unheardPhrases(read, unknownHere)
  const cure = 'rephrase them, or this agent takes typed turns only'
  if (unheard.length > 0) warn(`No pronunciation for: ${unheard.join(', ')}; ${cure}.`)
  for (const line of missingKeys(read, config)) warn(line)
  for (const line of reasonerLines(read)) terminal.print(line)
  terminal.print(terminal.paint.good(`${file} is good.`))
}

/** Which of these English words cannot be recognised. */
export type UnknownWords = (words: readonly string[]) => Promise<readonly string[]>

/** Words of its phrases that nobody here can hear, where the embedded recogniser is to hear them. */
export async function unheardPhrases(agent: Agent, unknownOf: UnknownWords): Promise<readonly string[]> {
  const english = (await scriptsOf(agent)).filter(({ language }) => /^en(-|$)/i.test(language))
  const words = new Set(english.flatMap(script => [...scriptGrammar(script).words]))
  return words.size === 0 ? [] : unknownOf([...words])
}

/** None where nothing is recognised anyway. */
const unknownHere: UnknownWords = async words => {
  const recogniser = await findPocketsphinx()
  return recogniser.available ? (await knownWords(words, recogniser.model)).unknown : []
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
