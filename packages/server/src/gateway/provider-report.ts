/** What each provider of the registry can do here and now, without asking anybody. */

import { type AgentSlot, agentSlots } from '@parley/engines'
import { type Vendor, vendors } from '@parley/providers'
import type { Config } from '../config/settings.js'
import { vendorFacts } from './assemble-keys.js'
import { missingKey } from './missing-key.js'

export interface ProviderReport {
  /** As an agent names it. */
  readonly name: string
  readonly title: string
  readonly slots: readonly AgentSlot[]
  /** The variable with its key; null where it takes none. */
  readonly key: string | null
  readonly keyNeeded: boolean
  /** Keys that are set. */
  readonly keys: number
  /** The variable that moves it; null where its SDK or its options say. */
  readonly baseUrlVariable: string | null
  /** Where it is; empty where its SDK knows. */
  readonly baseUrl: string
  /** What is missing for it to be used, as far as settings and packages go; empty when nothing is. */
  readonly missing: string
}

export function reportProviders(config: Config): readonly ProviderReport[] {
  return [...vendors.map(vendor => reportOf(vendor, config)), embedded, scripted]
}

function reportOf(vendor: Vendor, config: Config): ProviderReport {
  const { keys, baseUrl } = vendorFacts(vendor, config)
  const keyNeeded = vendor.key?.required ?? false
  return {
    name: vendor.name,
    title: vendor.title,
    slots: agentSlots.filter(slot => vendor[slot] !== undefined),
    key: vendor.key?.env ?? null,
    keyNeeded,
    keys: keys.length,
    baseUrlVariable: vendor.baseUrl?.env ?? null,
    baseUrl,
    missing: missingOf(vendor, config),
  }
}

/** Packages that are only needed for these. */
const packages: Readonly<Record<string, string>> = {
  polly: '@aws-sdk/client-polly',
  transcribe: '@aws-sdk/client-transcribe-streaming',
  'ai-sdk': 'ai',
  sherpa: 'sherpa-onnx',
}

function missingOf(vendor: Vendor, config: Config): string {
  const needed = packages[vendor.name]
  if (needed !== undefined && !isInstalled(needed)) return `npm install ${needed}`
  const key = missingKey(vendor, config)
  return key === undefined ? '' : `set ${key}`
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}

const own = { key: null, keyNeeded: false, keys: 0, baseUrlVariable: null, baseUrl: '', missing: '' }
const embedded: ProviderReport = {
  name: 'embedded',
  title: 'On this machine: pocketsphinx (closed grammar), flite, espeak-ng',
  slots: ['stt', 'tts'],
  ...own,
}
const scripted: ProviderReport = { name: 'scripted', title: 'A script in YAML', slots: ['llm'], ...own }
