/** How many conversations each tenant holds at this node, from the wish for one to its end. */

import { ParleyError } from '@parley/core'
import type { TenantPolicies } from '@parley/platform'

export interface TenantPlaces {
  /**
   * A place, until it is given back; twice is fine. @throws ParleyError `rate_limited` where the tenant holds as many
   * conversations as its policy allows, or what reading the policy throws
   */
  take(tenant: string): Promise<() => void>
}

/** Without policies there is a place for everybody. */
export function createTenantPlaces(policies: Pick<TenantPolicies, 'of'> | undefined): TenantPlaces {
  const held = new Map<string, number>()

  return {
    async take(tenant) {
      const most = (await policies?.of(tenant))?.limits?.concurrentSessions
      const before = held.get(tenant) ?? 0
      if (most !== undefined && before >= most) {
        const message = `This tenant holds ${before} conversations here and its policy allows ${most}; end one, or raise it.`
        throw new ParleyError('rate_limited', message, { retryable: true, details: { retryAfterMs: 5_000 } })
      }
      held.set(tenant, before + 1)
      let given = false
      return () => {
        if (given) return
        given = true
        const left = (held.get(tenant) ?? 1) - 1
        if (left > 0) held.set(tenant, left)
        else held.delete(tenant)
      }
    },
  }
}
