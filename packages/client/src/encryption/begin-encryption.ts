/**
 * The page's half of the handshake. Loaded only where encryption is wanted. Nothing is said in plain text but the key of
 * this one socket, and nothing at all to a gateway that is not the one that was pinned.
 */
import type { ServerMessageOf } from '@parley/protocol'
import {
  BASE_KEY_BYTES,
  baseKeyInfo,
  CLIENT_KID,
  fromBase64url,
  GATEWAY_KID,
  isNoSecret,
  PUBLIC_KEY_BYTES,
  SEALING_VERSION,
  SIGNATURE_BYTES,
  toBase64url,
  transcriptOf,
} from '@parley/protocol/sframe'
import { ClientError } from '../client-error.js'
import type { Encryption } from './encryption-types.js'
import { frameKeysOf, hkdf } from './frame-keys-of.js'
import { createSeal } from './seal.js'

export interface EncryptionOptions {
  /** Undefined where the page has none. */
  readonly subtle: SubtleCrypto | undefined
  /** Keys of which the gateway has to have one; none are asked for if it is empty. */
  readonly pins: readonly string[]
}

/** Makes a key for one socket. @throws ClientError `unsupported`, `bad-option` */
export async function beginEncryption({ subtle, pins }: EncryptionOptions): Promise<Encryption> {
  if (pins.some(pin => fromBase64url(pin, PUBLIC_KEY_BYTES) === undefined))
    throw new ClientError(
      'bad-option',
      '`gatewayKey` is the 43 characters that the gateway prints at its start.',
    )
  if (subtle === undefined)
    throw new ClientError(
      'unsupported',
      'Encryption needs WebCrypto: open this page by https or on localhost.',
    )
  const own = await supported(subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']), 'X25519')
  if (!('privateKey' in own)) throw new ClientError('unsupported')
  const clientKey = new Uint8Array(await subtle.exportKey('raw', own.publicKey))

  async function answered(
    answer: ServerMessageOf<'encrypted'>,
    handlers: Parameters<Encryption['answered']>[1],
  ) {
    const gatewayKey = fromBase64url(answer.key, PUBLIC_KEY_BYTES)
    const identity = fromBase64url(answer.identity, PUBLIC_KEY_BYTES)
    const signature = fromBase64url(answer.signature, SIGNATURE_BYTES)
    if (subtle === undefined || gatewayKey === undefined || identity === undefined || signature === undefined)
      throw new ClientError('gateway-not-trusted')
    const transcript = transcriptOf({ clientKey, gatewayKey, identity })
    if (pins.length > 0) {
      const known = pins.includes(answer.identity)
      if (!known || !(await isSigned(subtle, identity, signature, transcript)))
        throw new ClientError('gateway-not-trusted')
    }
    const shared = await agree(subtle, own as CryptoKeyPair, gatewayKey)
    const salt = await subtle.digest('SHA-256', transcript)
    const keys = async (from: 'client' | 'gateway', kid: number) =>
      frameKeysOf(subtle, await hkdf(subtle, shared, salt, baseKeyInfo(from), BASE_KEY_BYTES), kid)
    const client = await keys('client', CLIENT_KID)
    const gateway = await keys('gateway', GATEWAY_KID)
    return createSeal({ subtle, client, gateway, handlers })
  }

  return { message: { type: 'encrypt', version: SEALING_VERSION, key: toBase64url(clientKey) }, answered }
}

async function isSigned(
  subtle: SubtleCrypto,
  identity: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  transcript: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await supported(
    subtle.importKey('raw', identity, { name: 'Ed25519' }, false, ['verify']),
    'Ed25519',
  )
  return subtle.verify({ name: 'Ed25519' }, key, signature, transcript)
}

async function agree(
  subtle: SubtleCrypto,
  own: CryptoKeyPair,
  gatewayKey: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer> {
  try {
    const far = await subtle.importKey('raw', gatewayKey, { name: 'X25519' }, false, [])
    const shared = await subtle.deriveBits({ name: 'X25519', public: far }, own.privateKey, 256)
    if (isNoSecret(new Uint8Array(shared))) throw new Error('no secret')
    return shared
  } catch (cause) {
    throw new ClientError('gateway-not-trusted', undefined, { cause })
  }
}

async function supported<Key>(asked: Promise<Key>, what: string): Promise<Key> {
  try {
    return await asked
  } catch (cause) {
    const cure = 'use a current browser, or leave `encryption` out'
    throw new ClientError('unsupported', `This browser has no ${what} for pages; ${cure}.`, { cause })
  }
}
