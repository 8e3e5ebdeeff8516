/** Loads the AI SDK and one of its providers when they are first needed; neither is a dependency of ours. */

import { ParleyError } from '@parley/core'
import type { LanguageModel } from 'ai'
import { optionalPackage } from '../optional-package.js'
import type { AiSdkLlmOptions } from './options.js'

/** @throws ParleyError `provider_missing` naming the command that installs it. */
export function loadAiSdk(): Promise<typeof import('ai')> {
  return optionalPackage('ai', () => import('ai'))
}

/**
 * Resolves with what makes the model for a key. @throws ParleyError `provider_missing`, or `bad_config` if the package
 * has no such factory.
 */
export async function loadFactory(
  options: AiSdkLlmOptions,
): Promise<(key: string | undefined) => LanguageModel> {
  const { module, factory = factoryOf(module), model, settings } = options
  const found: Readonly<Record<string, unknown>> = await optionalPackage(module, () => import(module))
  const make = found[factory]
  if (typeof make !== 'function') {
    const makers = Object.keys(found).filter(name => name.startsWith('create'))
    throw new ParleyError(
      'bad_config',
      `${module} has no "${factory}"; it has ${makers.join(', ') || 'none'}.`,
    )
  }
  return key => {
    const provider: unknown = make({ ...settings, ...(key === undefined ? {} : { apiKey: key }) })
    return modelOf(provider, { model, factory })
  }
}

function modelOf(
  provider: unknown,
  { model, factory }: { readonly model: string; readonly factory: string },
): LanguageModel {
  if (hasModels(provider)) return provider.languageModel(model)
  if (typeof provider === 'function') return (provider as (id: string) => LanguageModel)(model)
  throw new ParleyError('bad_config', `"${factory}" made something that is no provider of the AI SDK.`)
}

function hasModels(value: unknown): value is { languageModel(id: string): LanguageModel } {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    'languageModel' in value &&
    typeof value.languageModel === 'function'
  )
}

/** `@ai-sdk/google-vertex` → `createGoogleVertex`. */
export function factoryOf(module: string): string {
  const last = module.split('/').at(-1) ?? ''
  const words = last.split(/[^A-Za-z0-9]+/).filter(word => word !== '')
  return `create${words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`
}
