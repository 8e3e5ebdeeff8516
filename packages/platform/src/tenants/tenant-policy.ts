/**
 * What a tenant may and wants, as it stands in `parley.tenants.policy`, and a reader that asks the database for each tenant
 * once in a while only: it is asked for at the beginning of every conversation.
 */

import { type Clock, ParleyError } from '@parley/core'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'

/** From the strictest: what is not allowed at all, what waits for a yes, what is told. */
export const recordingModes = ['never', 'consent', 'announced'] as const
export type RecordingMode = (typeof recordingModes)[number]

export const recordingPolicySchema = z.strictObject({
  mode: z.enum(recordingModes),
  /** How long recordings are kept. */
  retainDays: z.number().min(0.01).max(36_500).exactOptional(),
})

export const tenantPolicySchema = z.strictObject({
  recording: recordingPolicySchema.exactOptional(),
  /** Conversations at the same time at one node. */
  limits: z.strictObject({ concurrentSessions: z.int().min(1).max(100_000).exactOptional() }).exactOptional(),
})

export type TenantPolicy = z.output<typeof tenantPolicySchema>

export interface TenantPolicies {
  /**
   * Empty for a tenant that nothing was written of. @throws ParleyError `store_…`; `bad_config` for a policy that cannot be read:
   * then nothing may be taken as allowed.
   */
  of(tenant: string): Promise<TenantPolicy>
  /** It was changed here. */
  changed(tenant: string): void
}

export interface TenantPoliciesOptions {
  readonly database: Pick<Database, 'sql'>
  readonly clock: Clock
  /** How long an answer serves. Default 10,000. */
  readonly freshMs?: number
}

/** Tenants whose answers are kept; the oldest is asked for again. */
const MOST_KEPT = 1_000

export function createTenantPolicies(options: TenantPoliciesOptions): TenantPolicies {
  const { database, clock, freshMs = 10_000 } = options
  const kept = new Map<string, { readonly policy: Promise<TenantPolicy>; readonly untilMs: number }>()

  async function read(tenant: string): Promise<TenantPolicy> {
    const query = sql<{ readonly policy: unknown }>`
      select policy from parley.tenants where tenant = ${tenant}`
    const { rows } = await query.execute(database.sql).catch(thrown => {
      throw asStoreError(thrown)
    })
    const parsed = tenantPolicySchema.safeParse(rows[0]?.policy ?? {})
    if (parsed.success) return parsed.data
    throw new ParleyError('bad_config', `The policy of the tenant ${tenant} cannot be read; write it again.`)
  }

  return {
    of(tenant) {
      const known = kept.get(tenant)
      if (known !== undefined && known.untilMs > clock.now()) return known.policy
      const entry = { policy: read(tenant), untilMs: clock.now() + freshMs }
      kept.delete(tenant)
      kept.set(tenant, entry)
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break
        kept.delete(oldest)
      }
      entry.policy.catch(() => {
        if (kept.get(tenant) === entry) kept.delete(tenant)
      })
      return entry.policy
    },
    changed: tenant => void kept.delete(tenant),
  }
}
