import { SignJWT } from 'jose'
import { MIN_SECRET_LENGTH } from './identity.js'
import type { Scope } from './principal.js'

/** Makes tokens for this gateway's own secret: first steps, tests and small installations without an issuer. */

export interface TokenRequest {
  /** ≥32 characters. */
  readonly secret: string
  readonly tenant: string
  readonly subject: string
  /** Those that are usual when absent: `talk` and `sessions:read`. */
  readonly scopes?: readonly Scope[] | undefined
  readonly ttlSeconds: number
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  /** Milliseconds since the epoch. */
  readonly epochMs?: () => number
}

/** An HS256 token. */
export async function signToken(request: TokenRequest): Promise<string> {
  if (request.secret.length < MIN_SECRET_LENGTH) throw new RangeError('secret shorter than 32 characters')
  const issuedAt = Math.floor((request.epochMs ?? Date.now)() / 1000)
  const scope = request.scopes === undefined ? {} : { scope: request.scopes.join(' ') }
  const token = new SignJWT({ tenant_id: request.tenant, ...scope })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(request.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + request.ttlSeconds)
  if (request.issuer !== undefined) token.setIssuer(request.issuer)
  if (request.audience !== undefined) token.setAudience(request.audience)
  return token.sign(new TextEncoder().encode(request.secret))
}
