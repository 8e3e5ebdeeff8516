/** Key and salt of one direction, in the browser: HKDF from the base key as RFC 9605 has it. */
import { FRAME_KEY_BYTES, FRAME_SALT_BYTES, frameKeyInfo, frameSaltInfo } from '@parley/protocol/sframe'

export interface FrameKeys {
  readonly kid: number
  readonly key: CryptoKey
  readonly salt: Uint8Array<ArrayBuffer>
}

export async function frameKeysOf(
  subtle: SubtleCrypto,
  baseKey: ArrayBuffer,
  kid: number,
): Promise<FrameKeys> {
  const none = new Uint8Array(0)
  const key = await hkdf(subtle, baseKey, none, frameKeyInfo(kid), FRAME_KEY_BYTES)
  const salt = await hkdf(subtle, baseKey, none, frameSaltInfo(kid), FRAME_SALT_BYTES)
  return {
    kid,
    key: await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']),
    salt: new Uint8Array(salt),
  }
}

/** HKDF-SHA-256, `bytes` long. */
export async function hkdf(
  subtle: SubtleCrypto,
  secret: ArrayBuffer,
  salt: BufferSource,
  info: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<ArrayBuffer> {
  const material = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  return subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, material, bytes * 8)
}
