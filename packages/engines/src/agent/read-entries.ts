/** The providers of one slot as the file lists them, each checked against what the registry knows of it. */

import type { Json } from '@parley/core'
import type { z } from 'zod'
import { didYouMean } from '../scripted/edit-distance.js'
import type { FilePath, Problems } from '../scripted/problems.js'
import { addIssue } from '../scripted/shape-issues.js'
import type { AgentSlot, ProviderEntry } from './agent.js'
import type { EntryFile } from './entry-shape.js'
import { keysOfShape } from './keys-of-shape.js'
import type { ProviderCatalogue } from './provider-catalogue.js'

export interface EntriesContext {
  /** The whole file as plain values. */
  readonly data: unknown
  readonly problems: Problems
  readonly providers: ProviderCatalogue
  /** The `voice` of the agent: what the first voice is called where its entry does not say. */
  readonly voice: string | undefined
  /** BCP 47, of the agent. */
  readonly language: string
  /** The section in which the slot stands; the file itself without. */
  readonly section?: string
}

const nouns: Readonly<Record<AgentSlot, string>> = {
  stt: 'recogniser',
  llm: 'model',
  tts: 'voice',
  realtime: 'speech-to-speech model',
  live: 'live model',
}

export function readEntries(
  slot: AgentSlot,
  entries: readonly EntryFile[],
  context: EntriesContext,
): readonly ProviderEntry[] {
  return entries.map((entry, index) => readEntry(slot, entry, index, context))
}

function readEntry(
  slot: AgentSlot,
  { provider, ...given }: EntryFile,
  index: number,
  context: EntriesContext,
): ProviderEntry {
  const { providers, problems, data, section } = context
  const path = pathOf(slot, index, data, section)
  const place = problems.placeOf([...path, 'provider'])
  const shape = providers.shape(slot, provider)
  const names = providers.names(slot)
  const speaks = slot !== 'stt' && slot !== 'llm'
  const named = speaks && index === 0 && context.voice !== undefined ? { voice: context.voice } : {}
  // The shapes of YAML's values are those of JSON.
  const options = { ...providers.defaults(slot, provider, context.language), ...named, ...given } as Record<
    string,
    Json
  >
  if (shape === undefined) {
    if (names.length > 0 && !names.includes(provider)) {
      const hint = didYouMean(provider, names) || `; known here: ${names.join(', ')}`
      problems.add([...path, 'provider'], `there is no ${nouns[slot]} "${provider}"${hint}`)
    }
    return { provider, options, place }
  }
  const parsed = shape.safeParse(options)
  for (const issue of (parsed.error?.issues ?? []).flatMap(unfold)) {
    if (isMissing(issue, options)) {
      const key = issue.path.map(String).join('.')
      const message = `"${key}" of ${provider} is missing; add it to the entry, or to the file that PARLEY_DEFAULTS names`
      problems.add([...path, 'provider'], message)
      continue
    }
    addIssue({ ...issue, path: [...path, ...issue.path] }, { data, problems }, at =>
      keysOfShape(shape, at.slice(path.length)),
    )
  }
  return { provider, options, place }
}

/** A single entry may stand without a list around it. */
function pathOf(slot: AgentSlot, index: number, data: unknown, section?: string): FilePath {
  const at = (value: unknown, key: string) => (value as Readonly<Record<string, unknown>>)[key]
  const value = at(section === undefined ? data : at(data, section), slot)
  return [...(section === undefined ? [] : [section]), slot, ...(Array.isArray(value) ? [index] : [])]
}

/** Of a choice between shapes, what is wrong with the nearest: the one with the fewest mistakes, the first of equals. */
function unfold(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const branches = issue.errors.map(errors =>
    errors.flatMap(error => unfold({ ...error, path: [...issue.path, ...error.path] } as z.core.$ZodIssue)),
  )
  return branches.reduce((best, each) => (each.length < best.length ? each : best))
}

function isMissing(issue: { readonly code: string; readonly path: FilePath }, options: unknown): boolean {
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return false
  let value: unknown = options
  for (const step of issue.path) value = (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[step]
  return value === undefined && issue.path.length > 0
}
