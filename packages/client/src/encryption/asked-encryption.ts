/** The encryption that a page asks for, its code loaded at the first time. */
import { ClientError } from '../client-error.js'
import type { Environment } from '../environment.js'
import type { VoiceClientOptions } from '../voice-types.js'
import type { Encryption } from './encryption-types.js'

type Asked = Pick<VoiceClientOptions, 'encryption' | 'gatewayKey'>

/** For one socket; undefined where none is wanted. Rejects with `ClientError`: `connect-failed` is worth another try. */
export function askedEncryption(
  { encryption, gatewayKey }: Asked,
  { subtle }: Pick<Environment, 'subtle'>,
): Promise<Encryption> | undefined {
  if (!(encryption ?? gatewayKey !== undefined)) return undefined
  const pins = typeof gatewayKey === 'string' ? [gatewayKey] : (gatewayKey ?? [])
  return import('./begin-encryption.js').then(
    ({ beginEncryption }) => beginEncryption({ subtle: subtle(), pins }),
    cause => {
      throw new ClientError('connect-failed', 'The code for encryption could not be loaded.', { cause })
    },
  )
}
