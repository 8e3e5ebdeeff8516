/** What the settings say of a vendor: its keys and where it is. */

import type { Vendor } from '@parley/providers'
import { type Config, type SettingKey, settings } from '../config/settings.js'

export interface VendorFacts {
  /** One or more, or none. */
  readonly keys: readonly string[]
  /** Without a slash at the end; empty where an SDK or the options say. */
  readonly baseUrl: string
}

export function vendorFacts(vendor: Vendor, config: Config): VendorFacts {
  const { baseUrl, key } = vendor
  const address = baseUrl === undefined ? undefined : settingOf(config, baseUrl.env)
  return {
    keys: key === undefined ? [] : listOf(settingOf(config, key.env)),
    baseUrl: String(address ?? standardOf(baseUrl))
      .replace(/^ws/, 'http')
      .replace(/\/$/, ''),
  }
}

/** An address with a place for a region is the SDK's to fill in. */
function standardOf(baseUrl: Vendor['baseUrl']): string {
  return baseUrl === undefined || baseUrl.default.includes('{') ? '' : baseUrl.default
}

/** The setting a variable stands for, whatever its key in `Config`. */
function settingOf(config: Config, env: string): unknown {
  const found = (Object.keys(settings) as SettingKey[]).find(key => settings[key].env === env)
  return found === undefined ? undefined : config[found]
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.map(String) : []
}
