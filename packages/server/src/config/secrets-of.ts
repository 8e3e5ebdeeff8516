import { type Config, type SettingKey, settings } from './settings.js'

/** Every secret among the settings, each key of a pool by itself. */
export function secretsOf(config: Partial<Config>): readonly string[] {
  const rows = Object.entries(settings) as [SettingKey, { readonly secret: boolean }][]
  return rows
    .filter(([, { secret }]) => secret)
    .flatMap(([key]) => config[key] ?? [])
    .flatMap(value => (typeof value === 'object' ? value : String(value)))
}
