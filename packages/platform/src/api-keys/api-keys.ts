/**
 * Makes, checks and takes back keys. What was found out of a key is believed for `believeMs`, so that a busy key costs one
 * look into the database in that time; a key that was revoked elsewhere works that much longer, one revoked here not at all.
 */

import { type Clock, defined, ParleyError } from '@parley/core'
import type { Principal, Scope } from '../identity/principal.js'
import { API_KEY_RANDOM_BYTES, type ApiKey, mintApiKey, partsOfApiKey } from './api-key.js'
import type { ApiKeyStore } from './api-key-store.js'

export interface ApiKeysOptions {
  readonly store: ApiKeyStore
  readonly clock: Clock
  readonly epochMs: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly warn: (error: ParleyError) => void
  /** Default 10,000. */
  readonly believeMs?: number
}

export interface WishedApiKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Epoch ms; without it the key lives until it is revoked. */
  readonly expiresAtMs?: number
}

export interface ApiKeys {
  /**
   * The token is told this once. @throws ParleyError `forbidden` for a scope or a life its maker has not, `conflict` where the tenant
   * has 200 keys in force, `bad_message` for an end that is past, `store_*`
   */
  make(maker: Principal, wish: WishedApiKey): Promise<{ readonly key: ApiKey; readonly token: string }>
  list(tenant: string): Promise<readonly ApiKey[]>
  /** @throws ParleyError `not_found` */
  revoke(tenant: string, id: string): Promise<void>
  /** Undefined for a token that is none, unknown, revoked or over. @throws ParleyError `store_*` */
  verify(token: string): Promise<Principal | undefined>
}

export const MOST_API_KEYS = 200
const mostBelieved = 2_000
const usedEveryMs = 60_000

interface Belief {
  readonly key: ApiKey | undefined
  readonly untilMs: number
}

export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { store, clock, epochMs, randomBytes, warn, believeMs = 10_000 } = options
  const believed = new Map<string, Belief>()
  const noted = new Map<string, number>()
  let revoked = 0

  async function look(hash: string): Promise<ApiKey | undefined> {
    const known = believed.get(hash)
    if (known !== undefined && known.untilMs > clock.now()) return known.key
    const revokedBefore = revoked
    const key = await store.find(hash)
    // What one was revoked behind may have been read before that.
    if (revoked !== revokedBefore) return look(hash)
    // Strangers can fill it with what does not exist: then all is looked up again.
    if (believed.size >= mostBelieved) believed.clear()
    believed.set(hash, { key, untilMs: clock.now() + believeMs })
    return key
  }

  function note(id: string): void {
    const now = clock.now()
    if (now - (noted.get(id) ?? Number.NEGATIVE_INFINITY) < usedEveryMs) return
    if (noted.size >= mostBelieved) noted.clear()
    noted.set(id, now)
    store.used(id, epochMs()).catch((thrown: unknown) => warn(ParleyError.from(thrown)))
  }

  return {
    async make(maker, { name, scopes, expiresAtMs }) {
      const lacking = scopes.find(scope => !maker.scopes.includes(scope))
      if (lacking !== undefined)
        throw new ParleyError('forbidden', `A key cannot have the scope ${lacking}, which its maker has not.`)
      if (expiresAtMs !== undefined && expiresAtMs <= epochMs())
        throw new ParleyError('bad_message', 'The key would be over already; give a later end.')
      const { keyEndsAtMs } = maker
      if (keyEndsAtMs !== undefined && (expiresAtMs ?? Number.POSITIVE_INFINITY) > keyEndsAtMs)
        throw new ParleyError('forbidden', 'A key cannot make one that outlives it; give an earlier end.')
      const { id, token, hash } = mintApiKey(randomBytes(API_KEY_RANDOM_BYTES))
      const made = {
        ...{ id, hash, name, scopes, tenant: maker.tenant, createdBy: maker.subject, createdAtMs: epochMs() },
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      }
      const key = await store.add(made, MOST_API_KEYS)
      if (key === undefined)
        throw new ParleyError('conflict', `There are ${MOST_API_KEYS} keys in force; revoke one first.`)
      return { key, token }
    },
    list: tenant => store.list(tenant),
    async revoke(tenant, id) {
      if (!(await store.revoke({ tenant, id, atMs: epochMs() })))
        throw new ParleyError('not_found', 'There is no such key.')
      revoked += 1
      for (const [hash, { key }] of believed) if (key?.id === id) believed.delete(hash)
    },
    async verify(token) {
      const hash = partsOfApiKey(token)?.hash
      const key = hash === undefined ? undefined : await look(hash)
      if (key === undefined || key.revokedAtMs !== undefined) return undefined
      if (key.expiresAtMs !== undefined && key.expiresAtMs <= epochMs()) return undefined
      note(key.id)
      return {
        ...{ tenant: key.tenant, subject: `key:${key.id}`, scopes: key.scopes, anonymous: false },
        ...defined({ keyEndsAtMs: key.expiresAtMs }),
      }
    },
  }
}
