/** From what a page knows of its gateway to the address and subprotocols of the voice socket. */
import { ClientError } from '../client-error.js'

const VOICE_PATH = '/v1/voice'
const SUBPROTOCOL = 'parley.v1'

/** `https://host`, `wss://host/path` or a path of this page → socket URL; the bare origin means `/v1/voice`. */
export function voiceAddress(
  url: string | URL,
  base: string | undefined = globalThis.location?.href,
): string {
  let address: URL
  try {
    address = new URL(url, base)
  } catch (cause) {
    throw new ClientError('bad-option', `\`url\` is not an address: ${String(url)}`, { cause })
  }
  if (address.protocol === 'http:') address.protocol = 'ws:'
  if (address.protocol === 'https:') address.protocol = 'wss:'
  if (address.protocol !== 'ws:' && address.protocol !== 'wss:') {
    throw new ClientError('bad-option', `\`url\` has to begin with ws, wss, http or https: ${String(url)}`)
  }
  if (address.pathname === '/') address.pathname = VOICE_PATH
  address.hash = ''
  return address.href
}

/** Browsers cannot set headers on a socket, so the token travels as a subprotocol (RFC 6455 §11.3.4). */
export function voiceProtocols(token: string | undefined): readonly string[] {
  if (token === undefined || token === '') return [SUBPROTOCOL]
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(token)) {
    throw new ClientError('bad-option', '`token` has characters a socket cannot carry; use a JWT.')
  }
  return [SUBPROTOCOL, `bearer.${token}`]
}
