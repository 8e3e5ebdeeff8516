/**
 * From the options of a stream to the address and subprotocols of its socket. By hand, since the `URL` of React Native
 * leaves half of its members out.
 */
import { prosodyUrlOfEnvironment } from './expo-environment.js'
import { ProsodyError } from './prosody-error.js'
import type { ProsodyStreamOptions } from './stream-types.js'

const PROSODY_PATH = '/prosody'
const SUBPROTOCOL = 'parley.v1'
const ADDRESS = /^(ws|http)(s?):\/\/([^/?#\s]+)([^?#\s]*)(\?[^#\s]*)?(#.*)?$/i

export interface StreamAddress {
  /** Of the socket, `wss://…`. */
  readonly href: string
  /** Of the gateway, `https://host:port`. */
  readonly origin: string
  /** On this machine: there without a network. */
  readonly loopback: boolean
}

type AddressOptions = Pick<ProsodyStreamOptions, 'url' | 'frameSize' | 'hopSize' | 'query'>

/** The bare origin means `/prosody`. Throws `no-address` or `bad-address`. */
export function streamAddress(
  options: AddressOptions,
  sampleRate: number,
  pageOrigin: string | undefined = globalThis.location?.origin,
): StreamAddress {
  const url = String(options.url ?? prosodyUrlOfEnvironment() ?? '')
  if (url === '') throw new ProsodyError('no-address')
  const found = ADDRESS.exec(url.startsWith('/') && pageOrigin !== undefined ? pageOrigin + url : url)
  if (found === null) throw badAddress(url)
  const [, , secure = '', host = '', path = '', query = ''] = found
  const wishes = { sampleRate, frameSize: options.frameSize, hopSize: options.hopSize, ...options.query }
  return {
    href: `ws${secure}://${host}${path === '' || path === '/' ? PROSODY_PATH : path}${withWishes(query, wishes)}`,
    origin: `http${secure}://${host}`,
    loopback: /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host),
  }
}

/** What the address itself says is left as it is. */
function withWishes(
  query: string,
  wishes: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const parts = query.slice(1).split('&').filter(Boolean)
  const said = new Set(parts.map(part => part.split('=')[0]))
  for (const [name, value] of Object.entries(wishes)) {
    if (value !== undefined && !said.has(name)) {
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    }
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

function badAddress(url: string): ProsodyError {
  // Without what may be secret in it: its query, a name and password.
  const shown = url.split(/[?#]/)[0]?.replace(/\/\/[^/@]*@/, '//')
  return new ProsodyError(
    'bad-address',
    `\`url\` is not an address: ${shown}; use wss://your-gateway/prosody.`,
  )
}

/** Browsers cannot set headers on a socket, so the token travels as a subprotocol (RFC 6455 §11.3.4). */
export function streamProtocols(token: string | undefined): readonly string[] {
  if (token === undefined || token === '') return []
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(token)) throw new ProsodyError('bad-token')
  return [SUBPROTOCOL, `bearer.${token}`]
}
