/**
 * The key schedule of SFrame (RFC 9605, section 4.4) for AES_128_GCM_SHA256_128: what HKDF is asked for, and the nonce of
 * each frame. HKDF and AES themselves belong to the platform, which differs on both sides.
 */

/** Its number in the registry of the RFC. */
export const FRAME_SUITE = 4
export const FRAME_KEY_BYTES = 16
export const FRAME_SALT_BYTES = 12
export const FRAME_TAG_BYTES = 16

/** HKDF's `info` for the key of `kid`; its salt is empty, its secret the base key. `FRAME_KEY_BYTES` long. */
export function frameKeyInfo(kid: number): Uint8Array<ArrayBuffer> {
  return label('SFrame 1.0 Secret key ', kid)
}

/** The same for the salt, `FRAME_SALT_BYTES` long. */
export function frameSaltInfo(kid: number): Uint8Array<ArrayBuffer> {
  return label('SFrame 1.0 Secret salt ', kid)
}

/** The salt with the counter laid over its end. Twice the same counter under one key gives the key away. */
export function frameNonce(salt: Uint8Array, ctr: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(salt)
  let rest = ctr
  for (let i = nonce.length - 1; rest > 0; i--) {
    nonce[i] = (nonce[i] ?? 0) ^ (rest % 256)
    rest = Math.floor(rest / 256)
  }
  return nonce
}

function label(text: string, kid: number): Uint8Array<ArrayBuffer> {
  const info = new Uint8Array(text.length + 10)
  for (let i = 0; i < text.length; i++) info[i] = text.charCodeAt(i)
  const numbers = new DataView(info.buffer, text.length)
  numbers.setBigUint64(0, BigInt(kid))
  numbers.setUint16(8, FRAME_SUITE)
  return info
}
