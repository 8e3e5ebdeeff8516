/** What is written of tenants: a name for people and their policy. */

import { sql } from 'kysely'
import type { Database } from '../store/database.js'
import { isStorable, toJsonText } from '../store/json-text.js'
import { asStoreError } from '../store/store-errors.js'
import { type TenantPolicy, tenantPolicySchema } from './tenant-policy.js'

export interface TenantEntry {
  readonly name?: string
  readonly policy: TenantPolicy
  readonly updatedBy?: string
  /** Epoch ms; absent where nothing was written yet. */
  readonly updatedAtMs?: number
  /** What is written cannot be read: until it is written again, nothing counts as allowed. */
  readonly unreadable?: true
}

export interface TenantBook {
  /** @throws ParleyError `store_*` */
  read(tenant: string): Promise<TenantEntry>
  /** Replaces all of it. @throws ParleyError `store_*` */
  write(tenant: string, entry: Pick<TenantEntry, 'name' | 'policy'>, by: string): Promise<TenantEntry>
}

interface Row {
  readonly name: string | null
  readonly policy: unknown
  readonly updated_by: string
  readonly updated_at: Date
}

export function createTenantBook({ sql: database }: Pick<Database, 'sql'>): TenantBook {
  async function row(statement: ReturnType<typeof sql<Row>>): Promise<Row | undefined> {
    try {
      return (await statement.execute(database)).rows[0]
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  return {
    async read(tenant) {
      if (!isStorable(tenant)) return { policy: {} }
      const found = await row(sql<Row>`select name, policy, updated_by, updated_at from parley.tenants
        where tenant = ${tenant}`)
      return found === undefined ? { policy: {} } : entryOf(found)
    },
    async write(tenant, { name, policy }, by) {
      const written = await row(sql<Row>`
        insert into parley.tenants as t (tenant, name, policy, updated_by)
        values (${tenant}, ${name ?? null}, ${toJsonText(policy)}::jsonb, ${by})
        on conflict (tenant) do update set
          name = excluded.name, policy = excluded.policy, updated_by = excluded.updated_by, updated_at = now()
        returning name, policy, updated_by, updated_at`)
      return written === undefined ? { policy } : entryOf(written)
    },
  }
}

function entryOf({ name, policy, updated_by, updated_at }: Row): TenantEntry {
  const parsed = tenantPolicySchema.safeParse(policy)
  return {
    ...(name === null ? {} : { name }),
    ...(parsed.success ? { policy: parsed.data } : { policy: {}, unreadable: true }),
    updatedBy: updated_by,
    updatedAtMs: updated_at.getTime(),
  }
}
