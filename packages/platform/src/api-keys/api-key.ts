/**
 * Keys that a tenant gives out (`parley_<id>_<secret>`): they live until they are revoked or end, and may do what they were
 * made for. Of the secret only a hash is kept; it has 192 random bits, so that a plain hash is enough.
 */

import { createHash } from 'node:crypto'
import type { Scope } from '../identity/principal.js'

export interface ApiKey {
  /** Names the key wherever people see it; not secret. */
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** The subject that made it. */
  readonly createdBy: string
  /** Epoch ms, as all moments here. */
  readonly createdAtMs: number
  readonly expiresAtMs?: number
  /** To the minute. */
  readonly lastUsedAtMs?: number
  readonly revokedAtMs?: number
}

const shape = /^parley_([a-z0-9]{8})_([A-Za-z0-9_-]{32})$/

/** Whether a token is one of these, as far as its looks go. */
export function isApiKey(token: string): boolean {
  return token.startsWith('parley_')
}

/** A token in its parts; undefined where it is none. */
export function partsOfApiKey(token: string): { readonly id: string; readonly hash: string } | undefined {
  const [, id, secret] = shape.exec(token) ?? []
  return id === undefined || secret === undefined ? undefined : { id, hash: hashOf(secret) }
}

/** A new token. `random`: `API_KEY_RANDOM_BYTES` bytes that nobody can guess, 24 for the secret and 8 for the id. */
export function mintApiKey(random: Uint8Array): {
  readonly id: string
  readonly token: string
  readonly hash: string
} {
  const id = Array.from(random.subarray(24, 32), byte => letters[byte % letters.length]).join('')
  const secret = Buffer.from(random.subarray(0, 24)).toString('base64url')
  return { id, token: `parley_${id}_${secret}`, hash: hashOf(secret) }
}

/** 32 of them, so that a byte names each alike; none is taken for another. */
const letters = 'abcdefghjkmnpqrstuvwxyz023456789'

/** Bytes that `mintApiKey` takes. */
export const API_KEY_RANDOM_BYTES = 32

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
