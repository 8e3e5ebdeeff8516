/**
 * The agent of a gateway that names providers in its settings and no agent file: what the cascaded voice stream calls
 * its configuration. It becomes the text of an agent file, so that it is checked as one.
 */

import { defined, ParleyError } from '@parley/core'
import { type Agent, type AgentSlot, type ProviderCatalogue, parseAgent } from '@parley/engines'
import type { Config } from '../config/settings.js'
import { currentName } from './provider-catalogue.js'
import { shippedFile } from './shipped-file.js'

type AssemblySettings = Pick<
  Config,
  | 'sttProvider'
  | 'llmProvider'
  | 'ttsProvider'
  | 'realtimeProvider'
  | 'sttModel'
  | 'llmModel'
  | 'ttsModel'
  | 'ttsVoice'
  | 'realtimeModel'
  | 'realtimeVoice'
  | 'instructions'
  | 'language'
  | 'facts'
  | 'newsFeeds'
  | 'coingeckoBaseUrl'
>

/** Slots that settings can fill. */
const settingSlots = ['stt', 'llm', 'tts', 'realtime'] as const

const greetings: Readonly<Record<string, string>> = {
  en: 'Hello, how can I help you?',
  es: 'Hola, ¿en qué puedo ayudarle?',
}
const scripts: Readonly<Record<string, string>> = { en: 'front-desk.en.yaml', es: 'recepcion.es.yaml' }

const instructions =
  'You are a polite and helpful assistant on the telephone. Answer in the language of the caller, in one or two ' +
  'short spoken sentences without lists, markup or emoji. If you did not understand, ask.'

/** Where the settings name no provider, there is none. @throws ParleyError `bad_config` naming the variable. */
export function agentFromSettings(config: AssemblySettings, providers: ProviderCatalogue): Agent | undefined {
  const { language = 'en' } = config
  if (settingSlots.every(slot => config[`${slot}Provider`] === undefined)) return undefined
  const base = language.split('-')[0] ?? language
  const script = shippedFile(scripts[base] ?? 'front-desk.en.yaml')
  const file = {
    agent: 'assistant',
    language,
    greeting: greetings[base] ?? greetings.en,
    instructions: config.instructions ?? instructions,
    ...(config.facts.length === 0
      ? {}
      : { context: { sources: config.facts.map(kind => factsOf(kind, config)) } }),
    ...(config.realtimeProvider === undefined ? cascadeOf(config, script) : realtimeOf(config, script)),
  }
  try {
    return placed(parseAgent(JSON.stringify(file), 'the settings', providers))
  } catch (error) {
    throw namedBySettings(error, config)
  }
}

function factsOf(kind: string, { newsFeeds, coingeckoBaseUrl }: AssemblySettings): object {
  if (kind === 'news') return { kind, feeds: newsFeeds }
  return { kind, ...defined({ baseUrl: coingeckoBaseUrl }) }
}

function cascadeOf(config: AssemblySettings, script: string): Readonly<Partial<Record<AgentSlot, unknown>>> {
  const { sttProvider, llmProvider, ttsProvider } = config
  return {
    stt: entries('stt', sttProvider ?? ['embedded'], { model: config.sttModel }, script),
    llm: entries('llm', llmProvider ?? ['scripted'], { model: config.llmModel }, script),
    tts: entries(
      'tts',
      ttsProvider ?? ['embedded'],
      { model: config.ttsModel, voice: config.ttsVoice },
      script,
    ),
  }
}

/** What is named beside it is refused as in a file, but for a recogniser. */
function realtimeOf(config: AssemblySettings, script: string): Readonly<Partial<Record<AgentSlot, unknown>>> {
  const { sttProvider, llmProvider, ttsProvider, realtimeProvider = [] } = config
  const given = { model: config.realtimeModel, voice: config.realtimeVoice }
  return {
    realtime: entries('realtime', realtimeProvider, given, script),
    ...(sttProvider === undefined
      ? {}
      : { stt: entries('stt', sttProvider, { model: config.sttModel }, script) }),
    ...(llmProvider === undefined ? {} : { llm: entries('llm', llmProvider, {}, script) }),
    ...(ttsProvider === undefined ? {} : { tts: entries('tts', ttsProvider, {}, script) }),
  }
}

function entries(
  slot: AgentSlot,
  names: readonly string[],
  options: Readonly<Record<string, string | undefined>>,
  script: string,
): readonly object[] {
  return names.map((name, index) => {
    const provider = currentName(slot, name)
    if (provider === 'scripted' || (slot === 'stt' && provider === 'embedded')) return { provider, script }
    return index > 0 || provider === 'embedded' ? { provider } : { provider, ...options }
  })
}

/** Messages name the variable instead of a line. */
function placed(agent: Agent): Agent {
  const list = (slot: AgentSlot) => agent[slot].map(entry => ({ ...entry, place: variableOf(slot) }))
  return { ...agent, stt: list('stt'), llm: list('llm'), tts: list('tts'), realtime: list('realtime') }
}

function variableOf(slot: AgentSlot): string {
  return `PARLEY_${slot.toUpperCase()}_PROVIDER`
}

/** A line and column of what nobody wrote would lead nobody anywhere. */
function namedBySettings(error: unknown, { realtimeProvider }: AssemblySettings): unknown {
  if (!(error instanceof ParleyError)) return error
  const named = settingSlots.filter(slot => slot !== 'realtime' || realtimeProvider !== undefined)
  const slots = named.map(variableOf).join(', ')
  const said = error.message.replace(/^the settings:\d+:\d+: /gm, '')
  return new ParleyError('bad_config', `${said}. This is what ${slots} come to.`, { cause: error })
}
