/**
 * What messages between nodes are sealed with: the first of the secrets that all nodes are given alike. A key that a node made
 * for itself is none of them.
 */
import type { Config } from '../config/settings.js'

export interface RelaySecret {
  readonly secret: Uint8Array
  /** Name of its setting. */
  readonly setting: string
}

export type RelaySecretConfig = Pick<Config, 'jwtSecret' | 'encryptionKey' | 'recordingsKeys'>

export const RELAY_SETTINGS = ['JWT_SECRET', 'PARLEY_ENCRYPTION_KEY', 'PARLEY_RECORDINGS_KEY'] as const

/**
 * The tokens' secret first: no node could let a client in without it, and whoever has it can join every conversation anyway,
 * so that it opens nothing new.
 */
export function relaySecretOf(config: RelaySecretConfig): RelaySecret | undefined {
  const values = [config.jwtSecret, config.encryptionKey, config.recordingsKeys?.[0]]
  const at = values.findIndex(value => value !== undefined)
  const [setting, value] = [RELAY_SETTINGS[at], values[at]]
  if (setting === undefined || value === undefined) return undefined
  return { setting, secret: new TextEncoder().encode(value) }
}
