import { ParleyError } from '@parley/core'
import { decodeProtectedHeader, type JWTVerifyOptions, jwtVerify } from 'jose'
import { isApiKey } from '../api-keys/api-key.js'
import type { ApiKeys } from '../api-keys/api-keys.js'
import { isLoopbackAddress, isLoopbackHost, type Remote } from './address.js'
import { principalOf, refused } from './claims.js'
import { createKeySet } from './key-set.js'
import { localPrincipal, type Principal } from './principal.js'

/**
 * Turns a token into a principal. The algorithm is pinned by the key it is checked with, never chosen by the token:
 * HS256 with the secret, RS256, ES256 or EdDSA with the issuer's keys. A refusal tells the client nothing of its
 * reason; `details.reason` carries it to the log.
 */

export interface IdentityOptions {
  /** Shared secret of HS256 tokens, ≥32 characters. */
  readonly secret?: string | undefined
  /** Address of the issuer's public keys. May stand beside `secret`. */
  readonly jwksUrl?: string | undefined
  /** What `iss` must be. */
  readonly issuer?: string | undefined
  /** What `aud` must hold. */
  readonly audience?: string | undefined
  /** Whether a request of this very machine may come without a token. */
  readonly anonymousOnLoopback: boolean
  /** Milliseconds since the epoch; tokens live by the calendar, not by a monotonic clock. */
  readonly epochMs?: () => number
  readonly fetch?: typeof fetch
  /** Keys that tenants gave out; without it they are unknown. */
  readonly keys?: Pick<ApiKeys, 'verify'>
}

export interface Identity {
  /**
   * @throws ParleyError `unauthenticated` for a missing or bad token, `timeout` (retryable) when the issuer's keys
   * cannot be read, `store_…` when a key cannot be looked up
   */
  verify(token: string | undefined, remote: Remote): Promise<Principal>
}

export const MIN_SECRET_LENGTH = 32
const MAX_TOKEN_LENGTH = 8_192
const CLOCK_TOLERANCE_SECONDS = 2
const SECRET_ALGORITHMS = ['HS256']
const KEY_SET_ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'Ed25519']

/** @throws ParleyError `bad_config` for a secret that would not keep anyone out */
export function createIdentity(options: IdentityOptions): Identity {
  const epochMs = options.epochMs ?? Date.now
  const secret = options.secret === undefined ? undefined : secretKey(options.secret)
  const keySet =
    options.jwksUrl === undefined
      ? undefined
      : createKeySet({ url: options.jwksUrl, epochMs, fetch: options.fetch ?? fetch })

  function check(algorithms: string[]): JWTVerifyOptions {
    return {
      algorithms,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(epochMs()),
      ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
      ...(options.audience === undefined ? {} : { audience: options.audience }),
    }
  }

  async function claimsOf(token: string): Promise<Readonly<Record<string, unknown>>> {
    const algorithm = decodeProtectedHeader(token).alg ?? 'none'
    if (secret && SECRET_ALGORITHMS.includes(algorithm)) {
      return (await jwtVerify(token, secret, check(SECRET_ALGORITHMS))).payload
    }
    if (keySet && KEY_SET_ALGORITHMS.includes(algorithm)) {
      return (await jwtVerify(token, keySet, check(KEY_SET_ALGORITHMS))).payload
    }
    throw refused('its algorithm is not one this gateway accepts')
  }

  return {
    async verify(token, remote) {
      if (token === undefined) {
        if (options.anonymousOnLoopback && isThisMachine(remote)) return localPrincipal
        throw refused('no token')
      }
      if (token.length > MAX_TOKEN_LENGTH) throw refused('token too long')
      if (isApiKey(token)) {
        const holder = await options.keys?.verify(token)
        if (holder === undefined) throw refused('a key that is unknown, revoked or over')
        return holder
      }
      try {
        return principalOf(await claimsOf(token))
      } catch (error) {
        if (error instanceof ParleyError) throw error
        throw refused(error instanceof Error ? error.message : String(error), error)
      }
    },
  }
}

/** A proxy on this machine speaks for others, and a foreign name that resolves to us is a page's trick. */
function isThisMachine(remote: Remote): boolean {
  if (remote.forwarded || !isLoopbackAddress(remote.address)) return false
  return remote.host === undefined || isLoopbackHost(remote.host)
}

function secretKey(secret: string): Uint8Array {
  if (secret.length < MIN_SECRET_LENGTH) {
    throw new ParleyError('bad_config', `JWT_SECRET must be at least ${MIN_SECRET_LENGTH} characters long`)
  }
  if (/-----BEGIN [A-Z ]*PUBLIC KEY-----/.test(secret)) {
    throw new ParleyError(
      'bad_config',
      'JWT_SECRET is a public key, with which everyone could sign; use a random secret, or JWKS_URL for public keys.',
    )
  }
  return new TextEncoder().encode(secret)
}
