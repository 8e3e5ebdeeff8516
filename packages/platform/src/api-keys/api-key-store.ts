/** The keys of all tenants in the database. Each statement names the tenant, but for the one that finds out whose key it is. */

import type { Clock } from '@parley/core'
import { sql } from 'kysely'
import { type Scope, scopes } from '../identity/principal.js'
import type { Database } from '../store/database.js'
import { isStorable } from '../store/json-text.js'
import { retried } from '../store/retried.js'
import { asStoreError } from '../store/store-errors.js'
import type { ApiKey } from './api-key.js'

export interface NewApiKey extends Omit<ApiKey, 'lastUsedAtMs' | 'revokedAtMs'> {
  readonly hash: string
}

export interface ApiKeyStore {
  /** Undefined where the tenant has `most` keys in force already. @throws ParleyError `store_*` */
  add(key: NewApiKey, most: number): Promise<ApiKey | undefined>
  /** All of a tenant's, those in force first, then the newest; 500 at most. */
  list(tenant: string): Promise<readonly ApiKey[]>
  /** Whether there is such a key; twice is fine. */
  revoke(key: { readonly tenant: string; readonly id: string; readonly atMs: number }): Promise<boolean>
  /** Whose key it is, also where it is over. */
  find(hash: string): Promise<ApiKey | undefined>
  /** Notes that it was used. */
  used(id: string, atMs: number): Promise<void>
}

interface Row {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly created_by: string
  readonly created_at_ms: string | number
  readonly expires_at_ms: string | number | null
  readonly last_used_at_ms: string | number | null
  readonly revoked_at_ms: string | number | null
}

const columns = sql`id, tenant, name, scopes, created_by, created_at_ms, expires_at_ms, last_used_at_ms, revoked_at_ms`
const mostListed = 500

export function createApiKeyStore({
  database,
  clock,
}: {
  readonly database: Pick<Database, 'sql'>
  readonly clock: Clock
}): ApiKeyStore {
  const read = (statement: ReturnType<typeof sql<Row>>) =>
    retried(clock, async () => (await statement.execute(database.sql)).rows.map(keyOf))

  return {
    async add(key, most) {
      const names = [...key.scopes]
      try {
        const { rows } = await sql<Row>`
          insert into parley.api_keys (id, tenant, name, secret_hash, scopes, created_by, created_at_ms, expires_at_ms)
          select ${key.id}, ${key.tenant}, ${key.name}, ${key.hash}, ${names}::text[], ${key.createdBy},
            ${Math.trunc(key.createdAtMs)}::bigint, ${key.expiresAtMs === undefined ? null : Math.trunc(key.expiresAtMs)}::bigint
          where (select count(*) from parley.api_keys
            where tenant = ${key.tenant} and revoked_at_ms is null
              and (expires_at_ms is null or expires_at_ms > ${Math.trunc(key.createdAtMs)}::bigint)) < ${most}
          returning ${columns}`.execute(database.sql)
        return rows[0] && keyOf(rows[0])
      } catch (thrown) {
        throw asStoreError(thrown)
      }
    },
    list: tenant =>
      isStorable(tenant)
        ? read(sql<Row>`select ${columns} from parley.api_keys where tenant = ${tenant}
            order by (revoked_at_ms is not null), created_at_ms desc, id limit ${mostListed}`)
        : Promise.resolve([]),
    async revoke({ tenant, id, atMs }) {
      if (!isStorable(id)) return false
      const found = await read(sql<Row>`update parley.api_keys
        set revoked_at_ms = coalesce(revoked_at_ms, ${Math.trunc(atMs)}::bigint)
        where tenant = ${tenant} and id = ${id} returning ${columns}`)
      return found.length > 0
    },
    async find(hash) {
      const [key] = await read(sql<Row>`select ${columns} from parley.api_keys where secret_hash = ${hash}`)
      return key
    },
    async used(id, atMs) {
      await sql`update parley.api_keys set last_used_at_ms = greatest(last_used_at_ms, ${Math.trunc(atMs)}::bigint)
        where id = ${id}`
        .execute(database.sql)
        .catch((thrown: unknown) => {
          throw asStoreError(thrown)
        })
    },
  }
}

function keyOf(row: Row): ApiKey {
  const { expires_at_ms, last_used_at_ms, revoked_at_ms } = row
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    // A scope that this version does not know gives nothing.
    scopes: scopes.filter((scope): scope is Scope => row.scopes.includes(scope)),
    createdBy: row.created_by,
    createdAtMs: Number(row.created_at_ms),
    ...(expires_at_ms === null ? {} : { expiresAtMs: Number(expires_at_ms) }),
    ...(last_used_at_ms === null ? {} : { lastUsedAtMs: Number(last_used_at_ms) }),
    ...(revoked_at_ms === null ? {} : { revokedAtMs: Number(revoked_at_ms) }),
  }
}
