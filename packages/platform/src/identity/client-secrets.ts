/**
 * Short-lived keys that a server hands to its pages (`ek_…`): each stands for the principal it was made by and carries
 * what it was made for. They are kept by their hash alone, so that whoever reads the shelf cannot use them.
 */

import { createHash } from 'node:crypto'
import { type Json, ParleyError } from '@parley/core'
import type { Principal } from './principal.js'

/** Where texts are kept until they end by themselves. One may be shared by nodes. */
export interface SecretShelf {
  /** @throws ParleyError `rate_limited` when `owner` keeps as many as it may, `store_unavailable` (retryable) */
  put(entry: ShelfEntry): Promise<void>
  /** Undefined for what is unknown or over. @throws ParleyError `store_unavailable` (retryable) */
  get(key: string): Promise<string | undefined>
}

export interface ShelfEntry {
  readonly key: string
  readonly text: string
  /** Whose it is: for bounds. */
  readonly owner: string
  readonly forMs: number
}

export interface ClientSecrets {
  /** `seconds` is a whole number; the caller bounds it, and the size of `about`. */
  mint(principal: Principal, what: { readonly seconds: number; readonly about: Json }): Promise<MintedSecret>
  /** Undefined for a secret that is unknown or over. */
  find(value: string): Promise<SecretGrant | undefined>
}

export interface MintedSecret {
  /** `ek_` and 32 hexadecimal digits. */
  readonly value: string
  /** Seconds since 1970. */
  readonly expiresAt: number
}

export interface SecretGrant {
  /** May talk and nothing else. */
  readonly principal: Principal
  readonly about: Json
}

export interface ClientSecretsOptions {
  readonly shelf: SecretShelf
  readonly epochMs: () => number
  /** 16 bytes that nobody can guess. */
  readonly randomBytes: () => Uint8Array
}

const PREFIX = 'ek_'

/** Whether a key is one of these, as far as its looks go. */
export function isClientSecret(key: string): boolean {
  return key.startsWith(PREFIX)
}

export function createClientSecrets({ shelf, epochMs, randomBytes }: ClientSecretsOptions): ClientSecrets {
  return {
    async mint({ tenant, subject, anonymous }, { seconds, about }) {
      const value = PREFIX + Buffer.from(randomBytes()).toString('hex')
      const expiresAt = Math.floor(epochMs() / 1000) + seconds
      const kept: Kept = { tenant, subject, anonymous, expiresAt, about }
      const owner = JSON.stringify([tenant, subject])
      const forMs = expiresAt * 1000 - epochMs()
      await shelf.put({ key: hashOf(value), text: JSON.stringify(kept), owner, forMs })
      return { value, expiresAt }
    },
    async find(value) {
      if (!/^ek_[0-9a-f]{32}$/.test(value)) return undefined
      const text = await shelf.get(hashOf(value))
      if (text === undefined) return undefined
      const { tenant, subject, anonymous, expiresAt, about } = JSON.parse(text) as Kept
      if (epochMs() >= expiresAt * 1000) return undefined
      return { principal: { tenant, subject, anonymous, scopes: ['talk'] }, about }
    },
  }
}

interface Kept extends Pick<Principal, 'tenant' | 'subject' | 'anonymous'> {
  readonly expiresAt: number
  readonly about: Json
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}

export interface MemoryShelfOptions {
  readonly epochMs: () => number
  /** Entries of all owners. Default 10,000. */
  readonly most?: number
  /** Entries of one owner. Default 1,000. */
  readonly mostPerOwner?: number
}

/** The shelf of one process. Full, it refuses; what is over makes room. */
export function createMemoryShelf(options: MemoryShelfOptions): SecretShelf {
  const { epochMs, most = 10_000, mostPerOwner = 1_000 } = options
  const kept = new Map<string, { readonly text: string; readonly owner: string; readonly endsAtMs: number }>()

  function sweep(): void {
    const now = epochMs()
    for (const [key, { endsAtMs }] of kept) if (endsAtMs <= now) kept.delete(key)
  }

  function held(owner: string): number {
    let count = 0
    for (const entry of kept.values()) if (entry.owner === owner) count += 1
    return count
  }

  return {
    async put({ key, text, owner, forMs }) {
      sweep()
      if (kept.size >= most || held(owner) >= mostPerOwner) throw tooMany()
      kept.set(key, { text, owner, endsAtMs: epochMs() + forMs })
    },
    async get(key) {
      const found = kept.get(key)
      return found === undefined || found.endsAtMs <= epochMs() ? undefined : found.text
    },
  }
}

export function tooMany(): ParleyError {
  const message = 'Too many client secrets are in force; let some expire, or make them for a shorter time.'
  return new ParleyError('rate_limited', message, { retryable: true, details: { retryAfterMs: 10_000 } })
}
