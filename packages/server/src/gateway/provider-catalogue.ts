/**
 * The providers a gateway knows: the vendors of the registry, and `embedded` and `scripted`, which need no key. Options
 * that an agent leaves out come from the settings and from the file of defaults.
 */

import { readFileSync } from 'node:fs'
import { phonePlanShape } from '@parley/calls'
import { contextConfigSchema } from '@parley/context'
import { type Json, ParleyError } from '@parley/core'
import {
  type AgentSlot,
  type ProviderCatalogue,
  type ProviderDefaults,
  parseProviderDefaults,
} from '@parley/engines'
import type { Vendor } from '@parley/providers'
import { z } from 'zod'
import type { Config } from '../config/settings.js'
import { shippedFile } from './shipped-file.js'

/** Names of old configurations for providers, by slot. */
const oldNames: Readonly<Record<AgentSlot, Readonly<Record<string, string>>>> = {
  stt: { mock: 'embedded', whisper: 'openai', aws: 'transcribe' },
  llm: { mock: 'scripted', claude: 'anthropic', gpt: 'openai' },
  tts: { mock: 'embedded', aws: 'polly' },
  realtime: { gpt: 'openai' },
  live: {},
}

/** What the registry calls a provider. */
export function currentName(slot: AgentSlot, name: string): string {
  const lower = name.toLowerCase()
  return oldNames[slot][lower] ?? lower
}

/** What is no vendor's. */
const ownNames: Readonly<Record<AgentSlot, readonly string[]>> = {
  stt: ['embedded'],
  llm: ['scripted'],
  tts: ['embedded'],
  realtime: [],
  live: [],
}

const none = z.strictObject({})
const script = z.string().min(1)
const embeddedShapes: Readonly<Record<string, z.ZodType>> = {
  /** A grammar from a script's phrases; an agent that is a script brings its own. */
  'stt embedded': z.strictObject({ script: script.optional() }),
  /** The script that answers, relative to the agent's file; an agent that is a script is it itself. */
  'llm scripted': z.strictObject({ script: script.optional() }),
  'tts embedded': z.strictObject({ voice: z.string().min(1).optional() }),
}

export function shapeOf(
  vendors: readonly Vendor[],
  slot: AgentSlot,
  provider: string,
): z.ZodType | undefined {
  const own = embeddedShapes[`${slot} ${provider}`]
  return own ?? vendors.find(({ name }) => name === provider)?.[slot]?.options
}

export function createProviderCatalogue(
  vendors: readonly Vendor[],
  config: CatalogueSettings,
): ProviderCatalogue {
  const fromFile = readDefaults(config.defaultsFile)
  return {
    names(slot) {
      return [
        ...vendors.filter(vendor => vendor[slot] !== undefined).map(({ name }) => name),
        ...ownNames[slot],
      ]
    },
    shape: (slot, provider) => shapeOf(vendors, slot, provider),
    context: contextConfigSchema,
    phone: phonePlanShape,
    defaults(slot, provider, language) {
      const shape = shapeOf(vendors, slot, provider) ?? none
      const named = Object.entries(fromSettings(config, slot, provider))
      const taken = Object.fromEntries(named.filter(([key]) => takes(shape, key)))
      return { ...fromFile(slot, provider, language), ...taken }
    },
  }
}

type CatalogueSettings = Pick<
  Config,
  | 'defaultsFile'
  | 'openaiModel'
  | 'openaiOrgId'
  | 'anthropicModel'
  | 'cartesiaVoice'
  | 'elevenlabsVoice'
  | 'googleCredentials'
  | 'googleProject'
  | 'awsRegion'
  | 'awsAccessKeyId'
  | 'awsSecretAccessKey'
  | 'awsSessionToken'
  | 'modelsDir'
>

function fromSettings(config: CatalogueSettings, slot: AgentSlot, provider: string): Record<string, Json> {
  const organization = config.openaiOrgId
  const aws = { region: config.awsRegion, credentials: awsCredentials(config) }
  const known: Readonly<Record<string, Readonly<Record<string, Json | undefined>>>> = {
    'llm openai': { model: config.openaiModel, organization },
    'stt openai': { organization },
    'tts openai': { organization },
    'realtime openai': { organization },
    'llm anthropic': { model: config.anthropicModel },
    'tts cartesia': { voice: config.cartesiaVoice },
    'tts elevenlabs': { voice: config.elevenlabsVoice },
    'tts google': { credentialsFile: config.googleCredentials, quotaProject: config.googleProject },
    'tts polly': aws,
    'stt transcribe': aws,
    'stt sherpa': { modelsFolder: config.modelsDir },
  }
  const entries = Object.entries(known[`${slot} ${provider}`] ?? {})
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

/** Also from `.env`, which the SDK does not read. */
function awsCredentials(config: CatalogueSettings): Json | undefined {
  const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey, awsSessionToken } = config
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return {
    accessKeyId,
    secretAccessKey,
    ...(awsSessionToken === undefined ? {} : { sessionToken: awsSessionToken }),
  }
}

/** An empty object is refused for what is missing only; an unknown key is told as such. */
function takes(shape: z.ZodType, key: string): boolean {
  const issues = shape.safeParse({ [key]: 'x' }).error?.issues ?? []
  return !issues.some(issue => issue.code === 'unrecognized_keys' && issue.path.length === 0)
}

function readDefaults(path: string | undefined): ProviderDefaults {
  const file = path ?? shippedFile('defaults.yaml')
  try {
    return parseProviderDefaults(readFileSync(file, 'utf8'), file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ParleyError('bad_config', `PARLEY_DEFAULTS cannot be used: ${reason}`, { cause: error })
  }
}
