/** Base64url without padding (RFC 4648, section 5), for keys in JSON: the same in Node and in a browser. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = Math.min(3, bytes.length - i)
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let digit = 0; digit <= left; digit++) text += DIGITS[(group >> (18 - 6 * digit)) & 63]
  }
  return text
}

/** The bytes of `text` if they are `length` and it is their one spelling, else undefined. */
export function fromBase64url(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(length)
  let kept = 0
  let bits = 0
  let at = 0
  for (const character of text) {
    const digit = DIGITS.indexOf(character)
    if (digit < 0) return undefined
    kept = ((kept << 6) | digit) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    if (at === length) return undefined
    bytes[at++] = (kept >> bits) & 0xff
  }
  return toBase64url(bytes) === text ? bytes : undefined
}
