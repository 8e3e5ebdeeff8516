import type { ProviderEntry } from '@parley/engines'
import type { Vendor } from '@parley/providers'
import { type Config, type SettingKey, settings } from '../config/settings.js'
import { vendorFacts } from './assemble-keys.js'

/** Settings and options that serve a vendor instead of a key. */
const accounts: Readonly<Record<string, { readonly setting: SettingKey; readonly option: string }>> = {
  google: { setting: 'googleCredentials', option: 'credentialsFile' },
}

/** What is to be set before a vendor can be used, such as `OPENAI_API_KEY`; undefined where nothing is missing. */
export function missingKey(
  vendor: Vendor,
  config: Config,
  options: ProviderEntry['options'] = {},
): string | undefined {
  const { name, key } = vendor
  if (key === undefined || vendorFacts(vendor, config).keys.length > 0) return undefined
  const account = accounts[name]
  if (account === undefined) return key.required ? key.env : undefined
  const hasAccount = config[account.setting] !== undefined || options[account.option] !== undefined
  return hasAccount ? undefined : `${key.env} or ${settings[account.setting].env}`
}
