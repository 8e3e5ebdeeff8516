import { accessSettings, encryptionSettings, limitSettings } from './access-settings.js'
import { agentSettings } from './agent-settings.js'
import { factSettings } from './fact-settings.js'
import { networkSettings } from './network-settings.js'
import { operationSettings, recordingSettings, storeSettings } from './operation-settings.js'
import { phoneSettings } from './phone-settings.js'
import { prosodySettings } from './prosody-settings.js'
import { recordingsSettings } from './recordings-settings.js'
import type { Setting } from './setting.js'
import { speechSettings } from './speech-settings.js'
import { assemblySettings, vendorSettings } from './vendor-settings.js'
import { voiceSettings } from './voice-settings.js'

/**
 * The one table of settings. A variable that is not in it is not read anywhere in the gateway.
 */
export const settings = {
  ...networkSettings,
  ...accessSettings,
  ...encryptionSettings,
  ...limitSettings,
  ...voiceSettings,
  ...prosodySettings,
  ...storeSettings,
  ...recordingSettings,
  ...recordingsSettings,
  ...assemblySettings,
  ...factSettings,
  ...agentSettings,
  ...vendorSettings,
  ...phoneSettings,
  ...speechSettings,
  ...operationSettings,
}

export type SettingKey = keyof typeof settings

type ValueOf<Row> = Row extends Setting<infer Value> ? Value : never

/** The resolved settings, as every part of the gateway gets them. */
export type Config = { readonly [Key in SettingKey]: ValueOf<(typeof settings)[Key]> }

/** The table in the order and groups in which it is shown. */
export const settingGroups: readonly { readonly title: string; readonly keys: readonly SettingKey[] }[] = [
  { title: 'Network', keys: keysOf(networkSettings) },
  { title: 'Access', keys: keysOf(accessSettings) },
  { title: 'Encryption', keys: keysOf(encryptionSettings) },
  { title: 'Limits', keys: keysOf(limitSettings) },
  { title: 'Conversation', keys: keysOf(voiceSettings) },
  { title: 'Prosody', keys: keysOf(prosodySettings) },
  { title: 'Store', keys: keysOf(storeSettings) },
  { title: 'Recording', keys: keysOf(recordingSettings) },
  { title: 'Recordings of conversations and calls', keys: keysOf(recordingsSettings) },
  { title: 'Assembly', keys: keysOf(assemblySettings) },
  { title: 'Facts of the assembled agent', keys: keysOf(factSettings) },
  { title: 'Agents of the console', keys: keysOf(agentSettings) },
  { title: 'Vendors', keys: keysOf(vendorSettings) },
  { title: 'Phone calls', keys: keysOf(phoneSettings) },
  { title: 'Speech over HTTP', keys: keysOf(speechSettings) },
  { title: 'Operation', keys: keysOf(operationSettings) },
]

function keysOf<Rows extends Partial<Record<SettingKey, unknown>>>(rows: Rows): SettingKey[] {
  return Object.keys(rows) as SettingKey[]
}
