/**
 * The file of defaults: models, voices and other options of providers where an agent does not give them.
 *
 *     deepgram:
 *       stt: { model: … }
 *       tts:
 *         en: { model: … }
 *         es: { model: … }
 *
 * Options by language stand under language tags; those of the slot itself hold for every language.
 */

import type { Json } from '@parley/core'
import { z } from 'zod'
import { readYaml } from '../scripted/read-yaml.js'
import { addIssue } from '../scripted/shape-issues.js'
import { type AgentSlot, agentSlots } from './agent.js'

export type ProviderOptions = Readonly<Record<string, Json>>

/** Options for a slot of a provider in a language (BCP 47); empty where the file says nothing. */
export type ProviderDefaults = (slot: AgentSlot, provider: string, language: string) => ProviderOptions

const options = z.record(z.string(), z.json())
const slots = z.strictObject({
  stt: options.optional(),
  llm: options.optional(),
  tts: options.optional(),
  realtime: options.optional(),
  live: options.optional(),
})
const file = z.record(z.string(), slots)

const languageTag = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/
/** Reads the file. `fileName` is only for messages. Throws `bad_agent` naming every mistake by line and column. */
export function parseProviderDefaults(yamlText: string, fileName: string): ProviderDefaults {
  const { data, problems } = readYaml(yamlText, fileName)
  const parsed = file.safeParse(data ?? {})
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, { data, problems }, () => agentSlots)
  problems.throwIfAny()
  const known = parsed.data ?? {}
  return (slot, provider, language) => {
    const entries = Object.entries(known[provider]?.[slot] ?? {})
    const own = entries.filter(([key, value]) => !isForLanguage(key, value))
    const tags = [baseOf(language), language.toLowerCase()]
    const more = tags.flatMap(tag =>
      entries.filter(([key, value]) => isForLanguage(key, value) && key.toLowerCase() === tag),
    )
    return Object.assign(Object.fromEntries(own), ...more.map(([, value]) => value))
  }
}

/** An option may be called like a language, but its value is no mapping then. */
function isForLanguage(key: string, value: unknown): boolean {
  return languageTag.test(key) && typeof value === 'object' && value !== null && !Array.isArray(value)
}

function baseOf(language: string): string {
  return language.toLowerCase().split('-')[0] ?? language
}
