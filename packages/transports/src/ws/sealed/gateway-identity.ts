/**
 * The long-term key of a gateway, by which a client that pinned it tells the gateway from somebody between. It signs
 * handshakes and nothing else.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { toBase64url } from '@parley/protocol'

export interface GatewayIdentity {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** The same as base64url: what a client puts into `gatewayKey`. */
  readonly pin: string
  sign(bytes: Uint8Array): Uint8Array
}

export const IDENTITY_SEED_BYTES = 32

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The identity of a seed of 32 random bytes, which stays secret. @throws RangeError for another length */
export function createGatewayIdentity(seed: Uint8Array): GatewayIdentity {
  if (seed.length !== IDENTITY_SEED_BYTES) throw new RangeError('The seed of an identity has 32 bytes.')
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = rawKey(createPublicKey(privateKey).export({ format: 'jwk' }).x)
  return { publicKey, pin: toBase64url(publicKey), sign: bytes => sign(null, bytes, privateKey) }
}

function rawKey(x: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(x ?? '', 'base64url'))
}
