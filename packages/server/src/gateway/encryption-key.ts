/**
 * The gateway's long-term key: from its setting, else from the data folder, where the first start puts it. A key that cannot
 * be kept is none, for clients pin it.
 */
import { join } from 'node:path'
import { ParleyError } from '@parley/core'
import { fromBase64url } from '@parley/protocol'
import { createGatewayIdentity, type GatewayIdentity, IDENTITY_SEED_BYTES } from '@parley/transports'
import type { Config } from '../config/settings.js'
import { keptKey } from './kept-key.js'

export interface EncryptionKey {
  /** Undefined where there is none; then no client is sealed. */
  readonly identity: GatewayIdentity | undefined
  /** For whoever starts the gateway. */
  readonly notice: string
}

export interface EncryptionKeyOptions {
  readonly config: Pick<Config, 'encryptionKey' | 'requireEncryption' | 'dataDir'>
  randomBytes(count: number): Uint8Array
}

export const KEY_FILE = 'encryption.key'

/** @throws ParleyError `bad_config` where encryption is required and no key can be read or kept */
export async function openEncryptionKey(options: EncryptionKeyOptions): Promise<EncryptionKey> {
  const { encryptionKey, requireEncryption, dataDir } = options.config
  try {
    const text =
      encryptionKey ??
      (await keptKey({
        file: join(dataDir, KEY_FILE),
        bytes: IDENTITY_SEED_BYTES,
        randomBytes: options.randomBytes,
      }))
    const seed = fromBase64url(text.trim(), IDENTITY_SEED_BYTES)
    if (seed === undefined) throw new Error(`${join(dataDir, KEY_FILE)} holds no key`)
    const identity = createGatewayIdentity(seed)
    return { identity, notice: `encryption: clients pin the key ${identity.pin}` }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const cure = 'set PARLEY_ENCRYPTION_KEY or make PARLEY_DATA_DIR writable'
    if (requireEncryption)
      throw new ParleyError('bad_config', `PARLEY_REQUIRE_ENCRYPTION, but no key: ${reason}; ${cure}.`, {
        cause,
      })
    return { identity: undefined, notice: `no encryption: ${reason}; ${cure}` }
  }
}
