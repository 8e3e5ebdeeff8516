/**
 * The caller's half of a sealed voice socket in Node, for `parley talk`: one key exchange before `hello`, then every message
 * sealed (docs/encryption.md). Nothing goes in plain text once it was asked for.
 */
import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  verify,
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
  SEALING_VERSION,
  type ServerMessage,
  SIGNATURE_BYTES,
  transcriptOf,
} from '@parley/protocol'
import {
  createFrameOpener,
  createFrameSealer,
  type FrameOpener,
  type FrameSealer,
  frameKeysOf,
} from '@parley/transports'

export interface Seal extends FrameSealer, Pick<FrameOpener, 'open'> {}

export interface SealHandshake {
  /** What the caller says first. */
  readonly message: { readonly type: 'encrypt'; readonly version: number; readonly key: string }
  /** The keys that come of the gateway's first message. @throws ParleyError where it is no answer, or is not trusted */
  answered(answer: ServerMessage): Seal
}

/**
 * @param pins public keys of which the gateway has to have one; with none, one in the middle can listen
 * @throws ParleyError `bad_config` for a pin that is no key
 */
export function beginSeal(pins: readonly string[]): SealHandshake {
  if (pins.some(pin => fromBase64url(pin, PUBLIC_KEY_BYTES) === undefined))
    throw new ParleyError(
      'bad_config',
      'A gateway’s key has 43 characters; the gateway prints it at its start.',
    )
  const own = generateKeyPairSync('x25519')
  const { x: key = '' } = own.publicKey.export({ format: 'jwk' })
  return {
    message: { type: 'encrypt', version: SEALING_VERSION, key },
    answered(answer) {
      if (answer.type !== 'encrypted') throw notSealed(answer)
      const gatewayKey = fromBase64url(answer.key, PUBLIC_KEY_BYTES)
      const identity = fromBase64url(answer.identity, PUBLIC_KEY_BYTES)
      const signature = fromBase64url(answer.signature, SIGNATURE_BYTES)
      const clientKey = fromBase64url(key, PUBLIC_KEY_BYTES)
      if (!gatewayKey || !identity || !signature || !clientKey) throw notTrusted()
      const transcript = transcriptOf({ clientKey, gatewayKey, identity })
      const isPinned = pins.length === 0 || pins.includes(answer.identity)
      if (!isPinned || !verify(null, transcript, publicKey('Ed25519', answer.identity), signature))
        throw notTrusted()
      const shared = diffieHellman({
        privateKey: own.privateKey,
        publicKey: publicKey('X25519', answer.key),
      })
      if (isNoSecret(shared)) throw notTrusted()
      const salt = createHash('sha256').update(transcript).digest()
      const keysFrom = (from: 'client' | 'gateway', kid: number) =>
        frameKeysOf(new Uint8Array(hkdfSync('sha256', shared, salt, baseKeyInfo(from), BASE_KEY_BYTES)), kid)
      const { seal } = createFrameSealer(keysFrom('client', CLIENT_KID))
      const { open } = createFrameOpener(keysFrom('gateway', GATEWAY_KID))
      return { seal, open }
    },
  }
}

function publicKey(crv: 'X25519' | 'Ed25519', x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' })
}

function notTrusted(): ParleyError {
  return new ParleyError(
    'forbidden',
    'The gateway did not prove to have the key that was given; somebody between may listen. Nothing was said.',
  )
}

function notSealed(answer: ServerMessage): ParleyError {
  const why = answer.type === 'error' ? answer.message : 'it answered in plain text'
  return new ParleyError(
    'forbidden',
    `The gateway does not encrypt this conversation: ${why} Nothing was said.`,
  )
}
