/** The gateway's half of the handshake: from a client's key to its answer and the keys of both directions. */
import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { ParleyError } from '@parley/core'
import {
  BASE_KEY_BYTES,
  baseKeyInfo,
  CLIENT_KID,
  fromBase64url,
  GATEWAY_KID,
  isNoSecret,
  PUBLIC_KEY_BYTES,
  type ServerMessageOf,
  toBase64url,
  transcriptOf,
} from '@parley/protocol'
import { type FrameKeys, frameKeysOf } from './frame-cipher.js'
import type { GatewayIdentity } from './gateway-identity.js'

export interface EncryptAnswer {
  readonly message: ServerMessageOf<'encrypted'>
  /** Of what the client seals, and of what the gateway does. */
  readonly client: FrameKeys
  readonly gateway: FrameKeys
}

/** @throws ParleyError `bad_message` for a key that is none */
export function answerEncrypt(encodedKey: string, identity: GatewayIdentity): EncryptAnswer {
  const clientKey = fromBase64url(encodedKey, PUBLIC_KEY_BYTES)
  if (clientKey === undefined) throw badKey()
  const own = generateKeyPairSync('x25519')
  const gatewayKey = new Uint8Array(Buffer.from(own.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'))
  const transcript = transcriptOf({ clientKey, gatewayKey, identity: identity.publicKey })
  const shared = agree(encodedKey, own.privateKey)
  const salt = createHash('sha256').update(transcript).digest()
  const keysFrom = (from: 'client' | 'gateway', kid: number) =>
    frameKeysOf(new Uint8Array(hkdfSync('sha256', shared, salt, baseKeyInfo(from), BASE_KEY_BYTES)), kid)
  return {
    message: {
      type: 'encrypted',
      key: toBase64url(gatewayKey),
      identity: identity.pin,
      signature: toBase64url(identity.sign(transcript)),
    },
    client: keysFrom('client', CLIENT_KID),
    gateway: keysFrom('gateway', GATEWAY_KID),
  }
}

function agree(x: string, privateKey: KeyObject): Buffer {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
    const shared = diffieHellman({ privateKey, publicKey })
    if (isNoSecret(shared)) throw badKey()
    return shared
  } catch (cause) {
    throw cause instanceof ParleyError ? cause : badKey(cause)
  }
}

function badKey(cause?: unknown): ParleyError {
  return new ParleyError('bad_message', '`key` of `encrypt` is no X25519 public key.', { cause })
}
