import { ParleyError } from '@parley/core'

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Standard or URL-safe alphabet, with its padding or without. @throws ParleyError `bad_message` */
export function base64Bytes(text: string): Buffer {
  const bare = text.endsWith('=') ? text.replace(/=+$/, '').length : text.length
  // Node reads over what is not base64, and the rest would be noise.
  if (!base64.test(text) || bare % 4 === 1) {
    throw new ParleyError('bad_message', '`data` of `audio`: not base64; nothing of it was heard.')
  }
  return Buffer.from(text, 'base64')
}
