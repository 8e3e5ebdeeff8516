/**
 * STUN and TURN servers of the settings, as browsers and as our own stack take them.
 *
 * Where the TURN server shares a secret with us (`use-auth-secret` of coturn), each client gets a name and a password of
 * its own that end by themselves: draft-uberti-behave-turn-rest-00, section 2.2.
 */
import { createHash, createHmac } from 'node:crypto'
import type { Principal } from '@parley/platform'
import type { Config } from '../config/settings.js'

/** As `RTCConfiguration.iceServers`. */
export interface ClientIceServer {
  readonly urls: string
  readonly username?: string
  readonly credential?: string
}

export type IceSettings = Pick<Config, 'iceServers' | 'turnSecret' | 'turnTtlMs'>

/** `turn:user:password@host:port?transport=udp`, as the settings write it. */
interface Written {
  readonly urls: string
  readonly isTurn: boolean
  readonly username: string | undefined
  readonly credential: string | undefined
}

function read(address: string): Written {
  const [, scheme = '', user, password, rest = ''] =
    /^(stuns?|turns?):(?:([^:@]*):(.*)@)?([^@]*)$/.exec(address) ?? []
  return {
    urls: `${scheme}:${rest}`,
    isTurn: scheme.startsWith('turn'),
    username: user === undefined ? undefined : decodeURIComponent(user),
    credential: password === undefined ? undefined : decodeURIComponent(password),
  }
}

/** For one client. Passwords of the settings are handed out where there is no secret to make others of. */
export function iceServersFor(
  { tenant, subject }: Pick<Principal, 'tenant' | 'subject'>,
  settings: IceSettings,
  epochMs: number,
): readonly ClientIceServer[] {
  const { iceServers, turnSecret, turnTtlMs } = settings
  return iceServers.map(address => {
    const { urls, isTurn, username, credential } = read(address)
    if (username !== undefined && credential !== undefined) return { urls, username, credential }
    if (!isTurn || turnSecret === undefined) return { urls }
    const expiry = Math.floor((epochMs + turnTtlMs) / 1000)
    return { urls, ...credentialOf(`${expiry}:${nameOf(tenant, subject)}`, turnSecret) }
  })
}

/** Those that our own stack can use: a relay without a password is none. */
export function ownIceServers({ iceServers }: Pick<Config, 'iceServers'>): readonly string[] {
  return iceServers.filter(address => {
    const { isTurn, username } = read(address)
    return !isTurn || username !== undefined
  })
}

function credentialOf(username: string, secret: string) {
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') }
}

/** Tells one client from another in the log of a TURN server, and nothing about who it is. */
function nameOf(tenant: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, subject]))
    .digest('hex')
    .slice(0, 16)
}
