/**
 * How a voice socket is sealed: what both ends sign and derive, and what lies in a frame. The two sides have cryptography of
 * their own (Node's and the browser's); everything that has to be alike on both stands here. See docs/encryption.md.
 */

export const SEALING_VERSION = 1
/** X25519 keys and Ed25519 keys, bytes. */
export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
/** Of the secret that the frame keys of one direction come from. */
export const BASE_KEY_BYTES = 32
/** A direction has a key of its own, so that a frame thrown back at its sender does not open. */
export const CLIENT_KID = 0
export const GATEWAY_KID = 1
/**
 * Frames under one key, after which the connection is renewed. Well below what AES-GCM bears; 200 messages a second reach
 * it after eight months.
 */
export const FRAMES_PER_KEY = 2 ** 32
/** Messages in a row that do not open, after which an end gives the connection up. */
export const UNOPENED_IN_A_ROW = 10

/** The first byte of what is sealed. */
export const SEALED_TEXT = 0
export const SEALED_SOUND = 1

export interface Handshake {
  /** X25519, of this connection alone, 32 bytes. */
  readonly clientKey: Uint8Array
  readonly gatewayKey: Uint8Array
  /** The gateway's own Ed25519 key, 32 bytes. */
  readonly identity: Uint8Array
}

/**
 * What the gateway signs, and what the keys depend on: whoever changes a byte of the handshake has neither the signature
 * nor the keys. All parts have a fixed length, so no two handshakes have the same transcript.
 */
export function transcriptOf({ clientKey, gatewayKey, identity }: Handshake): Uint8Array<ArrayBuffer> {
  return joined(ascii('parley voice sealing 1\0'), clientKey, gatewayKey, identity)
}

/** HKDF's `info` for the base key of a direction; the secret is X25519's, the salt the SHA-256 of the transcript. */
export function baseKeyInfo(from: 'client' | 'gateway'): Uint8Array<ArrayBuffer> {
  return ascii(`parley voice sealing 1 from ${from}`)
}

/** A shared secret of nothing but zeros comes from a key that is none (RFC 7748, section 6.1). */
export function isNoSecret(shared: Uint8Array): boolean {
  return shared.every(byte => byte === 0)
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
